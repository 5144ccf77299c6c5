"""Django's registration of the app."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """共享."""

    name = "huitong.apps.sharing"
    label = "sharing"
    verbose_name = "共享"
