"""Django's registration of the app."""

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    """总览."""

    name = "huitong.apps.overview"
    label = "overview"
    verbose_name = "总览"
