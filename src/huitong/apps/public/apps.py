"""Django's registration of the app."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """公众网站."""

    name = "huitong.apps.public"
    label = "public"
    verbose_name = "公众网站"
