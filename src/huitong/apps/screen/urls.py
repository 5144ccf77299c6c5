"""Addresses of the screen."""

from django.urls import path

from huitong.apps.screen import views

app_name = "screen"
urlpatterns = [
    path("screen/", views.screen, name="screen"),
    path("screen/stream/", views.stream, name="stream"),
]
