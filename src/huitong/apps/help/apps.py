"""Django's registration of the app."""

from django.apps import AppConfig


class HelpConfig(AppConfig):
    """帮助."""

    name = "huitong.apps.help"
    label = "help"
    verbose_name = "帮助"

    def ready(self) -> None:
        """Let the public search find what the help says."""
        from huitong.apps.help.selectors import hits
        from huitong.apps.public.guides import register_guide

        register_guide(hits)
