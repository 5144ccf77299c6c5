"""Django's registration of the app."""

from django.apps import AppConfig


class LibrariesConfig(AppConfig):
    """基础库."""

    name = "huitong.apps.libraries"
    label = "libraries"
    verbose_name = "基础库"

    def ready(self) -> None:
        """Tell the catalog which libraries stand on its items."""
        from huitong.apps.catalog.effects import register_effects
        from huitong.apps.libraries.effects import effects_on_libraries

        register_effects(effects_on_libraries)
