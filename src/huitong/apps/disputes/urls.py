"""Addresses of disputes."""

from django.urls import path

from huitong.apps.disputes import views

app_name = "disputes"
urlpatterns = [
    path("disputes/value/", views.of_value, name="of_value"),
    path("disputes/<str:number>/row/", views.source_row, name="source_row"),
    path("disputes/service/<str:code>/", views.of_service, name="of_service"),
]
