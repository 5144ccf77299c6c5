"""Django's registration of the app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """通知."""

    name = "huitong.apps.notices"
    label = "notices"
    verbose_name = "通知"
