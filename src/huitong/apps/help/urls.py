"""Addresses of the help."""

from django.urls import path

from huitong.apps.help import views

app_name = "help"
urlpatterns = [
    path("help/", views.home, name="home"),
    path("help/glossary/", views.glossary, name="glossary"),
    path("help/tour/", views.tour, name="tour"),
    path("help/tour/go/", views.go_on_tour, name="go_on_tour"),
    path("help/tour/dismiss/", views.dismiss_tour, name="dismiss_tour"),
    path("help/<slug:name>/", views.one_guide, name="guide"),
]
