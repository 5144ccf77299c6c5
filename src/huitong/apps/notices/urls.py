"""Addresses of notices."""

from django.urls import path

from huitong.apps.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/<int:notice_id>/", views.follow, name="follow"),
    path("notices/mail/", views.mail, name="mail"),
    path("notices/mail/<str:token>/", views.confirm_mail, name="confirm_mail"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/resend/", views.resend_all, name="resend_all"),
    path("outbox/<int:message_id>/resend/", views.resend_one, name="resend"),
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/put/", views.put, name="put_webhook"),
    path("webhooks/<str:organisation>/key/", views.renew_key, name="renew_key"),
]
