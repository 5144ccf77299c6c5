"""Addresses of the catalog."""

from django.urls import path

from huitong.apps.catalog import views

app_name = "catalog"
urlpatterns = [
    path("items/", views.items, name="items"),
    path("items/<str:code>/", views.item, name="item"),
    path("elements/", views.elements, name="elements"),
]
