"""Addresses of sharing."""

from django.urls import path

from huitong.apps.sharing import consumer_views, grant_views, views

app_name = "sharing"
urlpatterns = [
    path("services/", views.services, name="services"),
    path("services/<str:code>/", views.service, name="service"),
    path("grants/", views.grants, name="grants"),
    path("grants/<str:code>/", views.grant, name="grant"),
    path("grants/<str:code>/change/", grant_views.change, name="change_grant"),
    path("grants/<str:code>/<str:step>/", grant_views.move, name="move_grant"),
    path("apps/", consumer_views.apps, name="apps"),
    path("apps/new/", consumer_views.register, name="register_app"),
    path("apps/<str:code>/", consumer_views.app, name="app"),
    path("apps/<str:code>/system/", consumer_views.link, name="link_app"),
    path("apps/<str:code>/secret/", consumer_views.secret, name="app_secret"),
    path("apps/<str:code>/<str:step>/", consumer_views.move, name="move_app"),
]
