"""Django's registration of the app."""

from django.apps import AppConfig


class ScreenConfig(AppConfig):
    """城市运行大屏."""

    name = "huitong.apps.screen"
    label = "screen"
    verbose_name = "城市运行大屏"
