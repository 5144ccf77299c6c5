"""Addresses of libraries."""

from django.urls import path

from huitong.apps.libraries import views

app_name = "libraries"
urlpatterns = [
    path("libraries/", views.libraries, name="libraries"),
    path("libraries/<str:code>/", views.library, name="library"),
    path("look-up/", views.look_up, name="look_up"),
]
