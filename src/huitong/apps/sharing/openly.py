"""What the public may know of the services: what each is for and how many departments use it, and no more."""

from __future__ import annotations

from django.db.models import Count

from huitong.apps.declared import in_language
from huitong.apps.labels import language
from huitong.apps.sharing.models import Grant, Service
from huitong.apps.sharing.specs import OpenlyKnown

PERSON = "id_number"
"""The data element by which people are looked up."""


def openly_known_services() -> tuple[OpenlyKnown, ...]:
    """Return every service as anybody may know it, the most used first. Two queries."""
    holders = Grant.objects.filter(state=Grant.State.ACTIVE, app__active=True).order_by().values_list("service")
    users = dict(holders.annotate(Count("app__organisation", distinct=True)))
    rows = Service.objects.select_related("provider").order_by("code")
    known = (_known(row, users.get(row.pk, 0)) for row in rows)
    return tuple(sorted(known, key=lambda one: -one.users))


def _known(row: Service, users: int) -> OpenlyKnown:
    spec = row.as_spec()
    papers = spec.papers_en if language() == "en" and spec.papers_en else spec.papers
    names = (spec.title, spec.title_en, *spec.papers, *spec.papers_en, spec.abstract, spec.abstract_en)
    return OpenlyKnown(
        code=row.code,
        title=row.shown_title,
        papers=papers,
        abstract=in_language(spec.abstract, spec.abstract_en),
        names=tuple(name for name in names if name),
        provider=row.provider.shown_short,
        provider_code=row.provider.code,
        of_people=(spec.subject or spec.key) == PERSON,
        verifies=tuple(row.kinds) == ("verify",),
        users=users,
    )
