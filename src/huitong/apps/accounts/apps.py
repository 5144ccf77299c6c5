"""Django's registration of the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """机构与用户."""

    name = "huitong.apps.accounts"
    label = "accounts"
    verbose_name = "机构与用户"
