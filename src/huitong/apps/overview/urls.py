"""Addresses of the overview."""

from django.urls import path

from huitong.apps.overview import views

app_name = "overview"
urlpatterns = [
    path("", views.home, name="home"),
    path("flow/", views.flow, name="flow"),
    path("flow/run/", views.run_everything, name="run_everything"),
    path("items/<str:code>/rows/<str:schema>/", views.rows, name="rows"),
    path("libraries/<str:code>/rows/", views.library_rows, name="library_rows"),
]
