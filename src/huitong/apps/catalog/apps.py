"""Django's registration of the app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """目录."""

    name = "huitong.apps.catalog"
    label = "catalog"
    verbose_name = "目录"

    def ready(self) -> None:
        """Tell the case engine what reviews of the catalog do."""
        from huitong.apps.catalog.reviewing import register

        register()
