"""Django's registration of the app."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """保存的视图."""

    name = "huitong.apps.lists"
    label = "lists"
    verbose_name = "保存的视图"
