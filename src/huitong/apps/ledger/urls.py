"""Addresses of the ledgers."""

from django.urls import path

from huitong.apps.ledger import views

app_name = "ledger"
urlpatterns = [
    path("evidence/", views.evidence, name="evidence"),
    path("evidence/check/", views.check_chain, name="check_chain"),
    path("evidence/<str:digest>/", views.receipt, name="receipt"),
    path("audit/", views.audit, name="audit"),
]
