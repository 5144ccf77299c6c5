"""Django's registration of the app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """账本."""

    name = "huitong.apps.ledger"
    label = "ledger"
    verbose_name = "账本"
