"""Addresses of accounts; those that allauth knows by name are in ``entrance_urls.py``."""

from django.urls import path

from huitong.apps.accounts import security_views, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignIn.as_view(), name="sign_in"),
    path("logout/", views.sign_out, name="sign_out"),
    path("persona/", views.switch_persona, name="switch_persona"),
    path("account/", security_views.security, name="security"),
    path("account/desk/", views.choose_desk, name="choose_desk"),
    path("account/sessions/end/", security_views.end_others, name="end_others"),
    path("account/sessions/<int:pk>/end/", security_views.end_one, name="end_session"),
    path("organisations/", views.organisations, name="organisations"),
    path("suggest/organisations/", views.suggest_organisations, name="suggest_organisations"),
    path("users/", security_views.users, name="users"),
    path("users/<str:login>/", security_views.one_user, name="user"),
    path("users/<str:login>/sessions/end/", security_views.end_all_of, name="end_sessions_of"),
    path("users/<str:login>/factors/reset/", security_views.reset_factors_of, name="reset_factors"),
]
