"""Search over the catalog: an index of tokens in the database, looked up by prefix, the same on both databases.

The index is written in the transaction that changes an item, so that no process has to be told of it
(`docs/decisions/0009-search-index.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import CharField, Lookup, Max

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.models import CatalogItem, SearchToken
from huitong.apps.catalog.specs import Suggestion
from huitong.apps.catalog.tokens import half_words, query_tokens, tokens_of
from huitong.apps.everyday import bare_readings, close_readings
from huitong.engine.declarations import items

SUGGESTIONS = 8


@CharField.register_lookup
class _Prefix(Lookup[str]):
    """``token__prefix``: begins with, case and all, by the column's index: GLOB on SQLite, LIKE elsewhere."""

    lookup_name = "prefix"
    prepare_rhs = True

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return ``token LIKE 'word%'``; its characters are letters and digits only, so nothing needs escaping."""
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} LIKE %s", [*parameters, f"{self.rhs}%".replace("_", r"\_")]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return ``token GLOB 'word*'``, which SQLite answers from an index."""
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} GLOB %s", [*parameters, f"{self.rhs}*"]


def index_item(row: CatalogItem, spec: items.CatalogItem, *, elements: Iterable[str]) -> None:
    """Rewrite the tokens of an item, inside the transaction that changes it."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("the index is written in the transaction of its item")
    row.tokens.all().delete()
    provider = (row.provider.title, row.provider.short, row.provider.title_en, row.provider.short_en)
    found = tokens_of(spec, provider=provider, elements=elements)
    found.update(dict.fromkeys(query_tokens(row.resource_code), 8))
    SearchToken.objects.bulk_create(
        (SearchToken(item=row, token=token, weight=weight) for token, weight in found.items()), batch_size=500
    )


def drop_from_index(row: CatalogItem) -> None:
    """Take an item out of the index."""
    row.tokens.all().delete()


def matching_items(text: str) -> dict[int, int] | None:
    """Return the ids of the items in which every word of ``text`` begins somewhere, with a score; None without words.

    Everyday words are looked up as what they mean, too. Where nothing has all of the words, their halves are tried,
    then the text without what is written around a thing. One query a word, from the index alone.
    """
    words = query_tokens(text)
    if not words:
        return None
    return _read(close_readings(text)) or _scores(half_words(words)) or _read(bare_readings(text))


def _read(texts: Iterable[str]) -> dict[int, int]:
    """Scores of the items that one of ``texts`` finds; what is found as typed comes before what is only meant."""
    scores: dict[int, int] = {}
    for number, text in enumerate(texts):
        for item, score in _scores(query_tokens(text)).items():
            scores[item] = max(scores.get(item, 0), score if number == 0 else max(score - 1, 1))
    return scores


def _scores(words: Iterable[str]) -> dict[int, int]:
    scores: dict[int, int] = {}
    for number, word in enumerate(words):
        rows = SearchToken.objects.filter(token__prefix=word).order_by().values_list("item").annotate(Max("weight"))
        found: dict[int, int] = dict(rows)
        scores = {item: found[item] + scores.get(item, 0) for item in found if number == 0 or item in scores}
        if not scores:
            return {}
    return scores


def suggested_items(viewer: Viewer, text: str) -> tuple[Suggestion, ...]:
    """Return the items that somebody who has typed ``text`` most probably means, best first."""
    scores = matching_items(text) or {}
    best = sorted(scores, key=lambda item: -scores[item])[: 20 * SUGGESTIONS]
    rows = CatalogItem.objects.visible_to(viewer).current().select_related("provider").filter(pk__in=best)
    ordered = sorted(rows, key=lambda row: (-scores[row.pk], len(row.title), row.code))
    return tuple(Suggestion(row.code, row.shown_title, row.provider.shown_short) for row in ordered[:SUGGESTIONS])
