"""Addresses of the registry."""

from django.urls import path

from huitong.apps.registry import calendar_views, organisation_views, project_views, views

app_name = "registry"
urlpatterns = [
    path("systems/", views.systems, name="systems"),
    path("systems/new/", views.edit_system, name="new_system"),
    path("systems/<str:code>/", views.system, name="system"),
    path("systems/<str:code>/edit/", views.edit_system, name="edit_system"),
    path("islands/", views.islands, name="islands"),
    path("organisations/new/", organisation_views.edit_organisation, name="new_organisation"),
    path("organisations/<str:code>/edit/", organisation_views.edit_organisation, name="edit_organisation"),
    path("organisations/<str:code>/", organisation_views.organisation, name="organisation"),
    path("organisations/<str:code>/contacts/", organisation_views.contacts, name="contacts"),
    path("calendar/", calendar_views.year, name="calendar"),
    path("calendar/day/", calendar_views.set_day, name="calendar_day"),
    path("calendar/<int:number>/notice/", calendar_views.notice, name="calendar_notice"),
    path("projects/", project_views.projects, name="projects"),
    path("projects/new/", project_views.edit_project, name="new_project"),
    path("projects/<int:project_id>/", project_views.project, name="project"),
    path("projects/<int:project_id>/edit/", project_views.edit_project, name="edit_project"),
    path("projects/<int:project_id>/submit/", project_views.submit, name="submit_project"),
    path("projects/<int:project_id>/decide/", project_views.decide, name="decide_project"),
]
