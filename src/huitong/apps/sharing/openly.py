"""What the public may know of the services: what each is for and how many departments use it, and no more."""

from __future__ import annotations

from django.db.models import Count

from huitong.apps.declared import in_language
from huitong.apps.sharing.models import Grant, Service
from huitong.apps.sharing.specs import OpenlyKnown


def openly_known_services() -> tuple[OpenlyKnown, ...]:
    """Return every service as anybody may know it, the most used first. Two queries."""
    holders = Grant.objects.filter(state=Grant.State.ACTIVE, app__active=True).order_by().values_list("service")
    users = dict(holders.annotate(Count("app__organisation", distinct=True)))
    rows = Service.objects.select_related("provider").order_by("code")
    known = (_known(row, users.get(row.pk, 0)) for row in rows)
    return tuple(sorted(known, key=lambda one: -one.users))


def _known(row: Service, users: int) -> OpenlyKnown:
    spec = row.as_spec()
    return OpenlyKnown(
        title=row.shown_title,
        abstract=in_language(spec.abstract, spec.abstract_en),
        provider=row.provider.shown_short,
        verifies=tuple(row.kinds) == ("verify",),
        users=users,
    )
