"""Django's registration of the app."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """声明包."""

    name = "huitong.apps.packs"
    label = "packs"
    verbose_name = "声明包"
