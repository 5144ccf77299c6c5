"""Addresses of supply and demand."""

from django.urls import path

from huitong.apps.demand import demand_views, need_views, views

app_name = "demand"
urlpatterns = [
    path("needs/", views.needs, name="needs"),
    path("needs/figures/", views.numbers, name="figures"),
    path("apply/<str:kind>/<str:key>/", views.begin, name="begin"),
    path("drafts/<int:pk>/", views.draft, name="draft"),
    path("drafts/<int:pk>/files/", views.add_file, name="add_file"),
    path("drafts/<int:pk>/files/<int:file_id>/drop/", views.drop_file, name="drop_file"),
    path("drafts/<int:pk>/drop/", views.drop, name="drop_draft"),
    path("applications/<str:number>/", need_views.application, name="application"),
    path("demands/new/", demand_views.new, name="new_demand"),
    path("demands/<str:number>/", need_views.demand, name="demand"),
    path("demands/<str:number>/join/", demand_views.join, name="join"),
    path("needs/<str:kind>/<str:number>/<str:action>/", need_views.step, name="step"),
    path("sources/", demand_views.sources, name="sources"),
    path("organisations/<str:code>/remit/", demand_views.remit, name="remit"),
    path("sources/<str:element>/", demand_views.source, name="source"),
]
