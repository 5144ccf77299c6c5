"""Addresses of assessment."""

from django.urls import path, re_path

from huitong.apps.assessment import decisions, downloads, views

QUARTER = r"^assessment/(?P<code>\d{4}Q[1-4])/"
ORGANISATION = r"(?P<organisation>[^/]+)/"

app_name = "assessment"
urlpatterns = [
    path("assessment/", views.home, name="home"),
    path("assessment/method/", views.method, name="method"),
    path("assessment/weights/", decisions.weights, name="weights"),
    path("assessment/preview/", decisions.renew, name="renew"),
    path("assessment/comments/<int:comment_id>/answer/", decisions.answer, name="answer"),
    re_path(QUARTER + r"$", views.quarter, name="quarter"),
    re_path(QUARTER + r"bulletin/$", downloads.bulletin, name="bulletin"),
    re_path(QUARTER + r"bulletin\.pdf$", downloads.bulletin_as_pdf, name="bulletin_pdf"),
    re_path(QUARTER + r"bulletin\.xlsx$", downloads.bulletin_as_book, name="bulletin_book"),
    re_path(QUARTER + r"facts/(?P<table>\w+)\.parquet$", downloads.facts, name="facts"),
    re_path(QUARTER + r"facts\.zip$", downloads.facts_bundle, name="facts_bundle"),
    re_path(QUARTER + r"freeze/$", decisions.freeze, name="freeze"),
    re_path(QUARTER + r"publish/$", decisions.publish, name="publish"),
    re_path(QUARTER + r"verify/$", decisions.verify, name="verify"),
    re_path(QUARTER + r"of/" + ORGANISATION + r"$", views.score, name="score"),
    re_path(QUARTER + r"of/" + ORGANISATION + r"comment/$", decisions.comment, name="comment"),
    re_path(QUARTER + r"of/" + ORGANISATION + r"rows/(?P<indicator>[\w.-]+)/$", views.rows, name="rows"),
]
