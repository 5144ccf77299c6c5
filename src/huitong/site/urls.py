"""Addresses of the pages that belong to no app."""

from django.urls import path

from huitong.site import views

app_name = "site"
urlpatterns = [
    path("appearance/", views.choose_appearance, name="appearance"),
    path("find/", views.find_anything, name="find"),
    path("design/", views.design, name="design"),
    path("divisions/<str:code>.json", views.division_boundaries, name="boundaries"),
]
