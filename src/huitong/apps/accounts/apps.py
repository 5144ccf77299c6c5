"""Django's registration of the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """机构与用户."""

    name = "huitong.apps.accounts"
    label = "accounts"
    verbose_name = "机构与用户"

    def ready(self) -> None:
        """Tell the ledger whose desk is whose; listen to sign-ins."""
        from huitong.apps.accounts.selectors import desk_owners
        from huitong.apps.ledger.services import register_owners

        register_owners(desk_owners)
        from huitong.apps.accounts.receivers import connect

        connect()
