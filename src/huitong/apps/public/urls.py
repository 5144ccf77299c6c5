"""Addresses of the public site."""

from django.urls import path

from huitong.apps.public import views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search_everything, name="search"),
    path("open/", views.open_data, name="open"),
    path("open/<str:code>/", views.one_set, name="open_set"),
    path("open/<str:code>/csv/", views.open_csv, name="open_csv"),
    path("papers/", views.services, name="services"),
    path("hotline/", views.hotline, name="hotline"),
    path("mine/", views.mine, name="mine"),
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("contact/", views.contact, name="contact"),
]
