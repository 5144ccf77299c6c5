"""Addresses of sharing."""

from django.urls import path

from huitong.apps.sharing import views

app_name = "sharing"
urlpatterns = [
    path("services/", views.services, name="services"),
    path("services/<str:code>/", views.service, name="service"),
    path("grants/", views.grants, name="grants"),
    path("grants/<str:code>/", views.grant, name="grant"),
]
