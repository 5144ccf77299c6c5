"""Django's registration of the app."""

from django.apps import AppConfig


class CollectionConfig(AppConfig):
    """归集."""

    name = "huitong.apps.collection"
    label = "collection"
    verbose_name = "归集"
