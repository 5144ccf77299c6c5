"""Addresses of saved views."""

from django.urls import path

from huitong.apps.lists import views

app_name = "lists"
urlpatterns = [
    path("lists/views/save/", views.save, name="save"),
    path("lists/views/remove/", views.remove, name="remove"),
]
