"""Django's registration of the app."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    """异议."""

    name = "huitong.apps.disputes"
    label = "disputes"
    verbose_name = "异议"

    def ready(self) -> None:
        """Watch the cases and the collections."""
        from huitong.apps.disputes.hooks import register

        register()
