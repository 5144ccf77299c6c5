"""Django's registration of the app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """办件."""

    name = "huitong.apps.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        """Count deadlines again when working days change, in the background: there may be many. Follow the tree."""
        from huitong.apps.accounts.calendar_watch import watch_calendar
        from huitong.apps.accounts.tree_watch import watch_tree
        from huitong.apps.cases.entries import reenter_queues
        from huitong.apps.cases.tasks import recount_deadlines

        def recount(year: int) -> None:
            recount_deadlines.enqueue(year)

        watch_calendar(recount)
        watch_tree(reenter_queues)
