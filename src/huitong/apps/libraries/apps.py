"""Django's registration of the app."""

from django.apps import AppConfig


class LibrariesConfig(AppConfig):
    """基础库."""

    name = "huitong.apps.libraries"
    label = "libraries"
    verbose_name = "基础库"
