"""Django's registration of the app."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """共享."""

    name = "huitong.apps.sharing"
    label = "sharing"
    verbose_name = "共享"

    def ready(self) -> None:
        """Tell the ledger whose apps and services there are."""
        from huitong.apps.ledger.services import register_owners
        from huitong.apps.sharing.selectors import owners

        register_owners(owners)
