"""Addresses of cases."""

from django.urls import path

from huitong.apps.cases import views

app_name = "cases"
urlpatterns = [
    path("cases/", views.queue, name="queue"),
    path("cases/bulk/", views.bulk, name="bulk"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/act/<slug:action>/", views.act_on, name="act"),
    path("cases/<str:number>/claim/", views.claim_it, name="claim"),
    path("cases/<str:number>/release/", views.release_it, name="release"),
    path("cases/<str:number>/hand-over/", views.hand_it_over, name="hand_over"),
    path("cases/<str:number>/comment/", views.comment, name="comment"),
    path("cases/<str:number>/extend/<slug:clock_name>/", views.extend, name="extend"),
    path("cases/<str:number>/files/", views.attach, name="attach"),
    path("cases/<str:number>/files/<int:file_id>/", views.download, name="download"),
]
