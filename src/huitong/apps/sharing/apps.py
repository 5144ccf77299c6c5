"""Django's registration of the app."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """共享."""

    name = "huitong.apps.sharing"
    label = "sharing"
    verbose_name = "共享"

    def ready(self) -> None:
        """Tell the ledger whose apps and services there are, and the catalog what stands on its items."""
        from huitong.apps.catalog.effects import register_effects, register_ending
        from huitong.apps.ledger.services import register_owners
        from huitong.apps.sharing.effects import effects_on_sharing, end_on_sharing
        from huitong.apps.sharing.selectors import owners

        register_owners(owners)
        register_effects(effects_on_sharing)
        register_ending(end_on_sharing)
