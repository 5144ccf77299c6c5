"""Addresses of collection."""

from django.urls import path

from huitong.apps.collection import views

app_name = "collection"
urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/<int:run_id>/", views.run, name="run"),
    path("issues/", views.issues, name="issues"),
    path("items/<str:code>/run/", views.start_run, name="start_run"),
]
