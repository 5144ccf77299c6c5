"""Django's registration of the app."""

from django.apps import AppConfig


class DemandConfig(AppConfig):
    """供需对接."""

    name = "huitong.apps.demand"
    label = "demand"
    verbose_name = "供需对接"

    def ready(self) -> None:
        """Say what the states of applications and demands mean."""
        from huitong.apps.catalog.checking import register_authorities
        from huitong.apps.demand.hooks import register
        from huitong.apps.demand.sources import authorities

        register()
        register_authorities(authorities)
