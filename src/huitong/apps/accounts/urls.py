"""Addresses of accounts."""

from django.urls import path

from huitong.apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignIn.as_view(), name="sign_in"),
    path("logout/", views.sign_out, name="sign_out"),
    path("persona/", views.switch_persona, name="switch_persona"),
    path("organisations/", views.organisations, name="organisations"),
]
