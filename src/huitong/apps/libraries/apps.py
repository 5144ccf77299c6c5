"""Django's registration of the app."""

from django.apps import AppConfig


class LibrariesConfig(AppConfig):
    """基础库."""

    name = "huitong.apps.libraries"
    label = "libraries"
    verbose_name = "基础库"

    def ready(self) -> None:
        """Tell the catalog which libraries stand on its items, and the ledger what people are looked up for."""
        from huitong.apps.catalog.effects import register_effects
        from huitong.apps.ledger.purposes import tell_purposes
        from huitong.apps.libraries.effects import effects_on_libraries
        from huitong.apps.libraries.purposes import CHINESE, PURPOSES

        tell_purposes({CHINESE[name]: text for name, text in PURPOSES if name in CHINESE})
        register_effects(effects_on_libraries)
