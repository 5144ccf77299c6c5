"""Addresses of the pages that belong to no app."""

from django.urls import path

from huitong.site import views

app_name = "site"
urlpatterns = [
    path("theme/", views.choose_theme, name="theme"),
    path("design/", views.design, name="design"),
]
