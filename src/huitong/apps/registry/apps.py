"""Django's registration of the app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """登记."""

    name = "huitong.apps.registry"
    label = "registry"
    verbose_name = "登记"

    def ready(self) -> None:
        """Tell the case engine what reviews of projects do."""
        from huitong.apps.registry.reviewing import register

        register()
