"""Whose remit a demand falls in, which items come close, and who has asked for much the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from huitong.apps.accounts.models import Organisation
from huitong.apps.accounts.visibility import Viewer, scope_of
from huitong.apps.cases.models import Case
from huitong.apps.cases.selectors import case_rows
from huitong.apps.catalog.models import CatalogItem
from huitong.apps.demand.models import Authority, Need, Remit
from huitong.apps.demand.specs import LikeDemand, Suggestion
from huitong.apps.demand.tokens import words_of

SHOWN = 5
COMPARED = 300
"""Newest demands that a new one is compared with."""
AUTHORITY, ITEM, WORD = 6, 2, 2
"""What an element it answers for, an item about the same, a word of its remit weigh."""


@dataclass
class _Grounds:
    elements: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)

    @property
    def score(self) -> int:
        return AUTHORITY * len(self.elements) + ITEM * min(len(self.items), 3) + WORD * len(self.words)


def text_of(case: Case) -> str:
    """Return what a demand says, in one text."""
    return " ".join(str(case.data.get(name, "")) for name in ("what", "matter", "wanted")) + " " + case.title


def elements_of(case: Case) -> tuple[str, ...]:
    """Return the names of the data elements that a demand asks for."""
    names = case.data.get("elements", [])
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def departments_for(case: Case) -> tuple[Suggestion, ...]:
    """Return the departments to which a demand most likely belongs, likeliest first, with why. Four queries."""
    grounds: dict[int, _Grounds] = defaultdict(_Grounds)
    authorities = Authority.objects.filter(element__name__in=elements_of(case)).select_related("element")
    for authority in authorities:
        if not authority.identifier:
            grounds[authority.organisation_id].elements.append(authority.element.shown_title)
    words = words_of(text_of(case))
    for remit in Remit.objects.all():
        grounds[remit.organisation_id].words |= {word for word in remit.as_spec().words if word in text_of(case)}
    for item, common in _close_items(words):
        if len(common) > 1:
            grounds[item.provider_id].items.append(item.shown_title)
    names = {row.pk: row for row in Organisation.objects.filter(pk__in=grounds)}
    ranked = sorted((one for one in grounds.items() if one[1].score), key=lambda one: -one[1].score)[:SHOWN]
    return tuple(
        Suggestion(
            organisation=names[pk].code,
            title=names[pk].shown_short,
            score=why.score,
            elements=tuple(why.elements),
            items=tuple(why.items[:3]),
            words=tuple(sorted(why.words)),
        )
        for pk, why in ranked
    )


def items_for(viewer: Viewer, text: str, *, most: int = SHOWN) -> tuple[tuple[CatalogItem, frozenset[str]], ...]:
    """Return items that the viewer may see and that have most words in common with ``text``. One query."""
    visible = set(CatalogItem.objects.visible_to(viewer).current().values_list("pk", flat=True))
    found = [(item, common) for item, common in _close_items(words_of(text)) if item.pk in visible]
    return tuple(found[:most])


def _close_items(words: frozenset[str]) -> list[tuple[CatalogItem, frozenset[str]]]:
    if not words:
        return []
    rows = CatalogItem.objects.current().only("pk", "code", "title", "title_en", "category", "provider_id")
    scored = [(item, words & words_of(f"{item.title} {item.category.replace('/', ' ')}")) for item in rows]
    return sorted((one for one in scored if one[1]), key=lambda one: (-len(one[1]), one[0].code))


def like_demands(viewer: Viewer, text: str, elements: tuple[str, ...], *, but: str = "") -> tuple[LikeDemand, ...]:
    """Return demands that ask for much the same, whoever filed them. Four queries.

    That somebody has asked for some data, and how it stands, is known to whoever works for an organisation; the demand
    itself is read only by those who take part.
    """
    if not scope_of(viewer).official:
        return ()
    newest = Need.objects.filter(kind=Need.Kind.DEMAND, outcome__in=("", Need.Outcome.FULFILLED))
    rows = newest.select_related("case__type", "case__turn_organisation", "case__claimed_by", "applicant")
    words, scored = words_of(text), []
    for need in rows.prefetch_related("joiners").order_by("-pk")[:COMPARED]:
        common = words & words_of(text_of(need.case))
        score = len(common) + 3 * len(set(elements) & set(elements_of(need.case)))
        if score >= 3 and need.case.number != but:
            scored.append((score, need))
    best = [need for _, need in sorted(scored, key=lambda one: (-one[0], -one[1].pk))[:SHOWN]]
    shown = {row.number: row for row in case_rows(need.case for need in best)}
    ours = scope_of(viewer).organisations
    return tuple(
        LikeDemand(
            number=need.case.number,
            title=shown[need.case.number].title,
            applicant_title=need.applicant.shown_short,
            state_title=shown[need.case.number].state_title,
            tone=shown[need.case.number].tone,
            opened_on=need.opened_on,
            joiners=len(need.joiners.all()),
            mine=need.applicant_id in ours or any(one.organisation_id in ours for one in need.joiners.all()),
            open=not need.outcome,
        )
        for need in best
    )
