"""Finders of the desk's records, each within what the reader may see: one small query, never a page of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from huitong.apps.accounts.models import System, User
from huitong.apps.accounts.selectors import scope_of
from huitong.apps.assessment.models import Quarter
from huitong.apps.catalog.models import DataElement
from huitong.apps.collection.models import Run
from huitong.apps.declared import in_language
from huitong.apps.everyday import bare_readings, close_readings, meant
from huitong.apps.labels import label
from huitong.apps.ledger.models import EvidenceRecord
from huitong.apps.libraries.models import Library
from huitong.apps.public.guides import guide_hits
from huitong.apps.registry.models import Project
from huitong.apps.sharing.models import ConsumerApp, Grant, Service
from huitong.apps.spelling import fits_any
from huitong.site.hits import MOST, Hit, Hits

_RECEIPT = re.compile(r"[0-9a-f]{8,64}")
_RUN = re.compile(r"#?(\d{1,18})")


def services(user: User, text: str) -> Hits:
    """Services by title in either language, by the papers they replace, pinyin or code, for officials."""
    rows = Service.objects.visible_to(user).select_related("provider")
    hits = [
        Hit(row.shown_title, reverse("sharing:service", args=[row.code]), row.provider.shown_short)
        for row in meant(text, rows, _names_of)[:MOST]
    ]
    return Hits(_("共享服务"), "api", hits)


def _names_of(row: Service) -> tuple[str, ...]:
    spec = row.as_spec()
    return (row.title, row.title_en, row.code, *spec.papers, *spec.papers_en)


def libraries(user: User, text: str) -> Hits:
    """Base libraries by title in either language, pinyin or code, for officials."""
    if not scope_of(user).official:
        return Hits(_("基础库"), "books", ())
    rows = meant(text, Library.objects.visible_to(user), lambda row: (row.title, row.title_en, row.code))
    hits = [Hit(row.shown_title, reverse("libraries:library", args=[row.code])) for row in rows[:MOST]]
    return Hits(_("基础库"), "books", hits)


def systems(user: User, text: str) -> Hits:
    """Information systems by title, pinyin or code."""
    rows = System.objects.visible_to(user).values_list("code", "title", "title_en")
    hits = [
        Hit(in_language(title, title_en), reverse("registry:system", args=[code]), code)
        for code, title, title_en in _like(rows, text, "code", "title", "title_en")
    ]
    return Hits(_("信息系统"), "database", hits)


def projects(user: User, text: str) -> Hits:
    """IT projects by title or pinyin."""
    rows = Project.objects.visible_to(user).order_by("-pk").values_list("pk", "title", "title_en", "state")
    hits = [
        Hit(in_language(title, title_en), reverse("registry:project", args=[pk]), label("project_state", state).text)
        for pk, title, title_en, state in _like(rows, text, "title", "title_en", first=1, last=3)
    ]
    return Hits(_("信息化项目"), "file-text", hits)


def grants(user: User, text: str) -> Hits:
    """Grants by code, purpose, service or app."""
    wanted = Q()
    for name in ("code", "purpose", "purpose_en", "service__title", "service__title_en", "app__title", "app__title_en"):
        wanted |= Q(**{f"{name}__icontains": text})
    rows = Grant.objects.visible_to(user).filter(wanted).select_related("service", "app").order_by("code")
    hits = [
        Hit(in_language(row.purpose, row.purpose_en), reverse("sharing:grant", args=[row.code]), row.code)
        for row in rows[:MOST]
    ]
    return Hits(_("使用授权"), "key", hits)


def apps(user: User, text: str) -> Hits:
    """Consumer apps by title, pinyin or code."""
    if not scope_of(user).official:
        return Hits(_("消费方应用"), "id", ())
    rows = ConsumerApp.objects.visible_to(user).values_list("code", "title", "title_en")
    hits = [
        Hit(in_language(title, title_en), reverse("sharing:app", args=[code]), code)
        for code, title, title_en in _like(rows, text, "code", "title", "title_en")
    ]
    return Hits(_("消费方应用"), "id", hits)


def elements(user: User, text: str) -> Hits:
    """Data elements by title, pinyin or field name."""
    rows = DataElement.objects.visible_to(user).order_by("code").values_list("name", "title", "title_en")
    address = reverse("catalog:elements")
    hits = [
        Hit(in_language(title, title_en), f"{address}?{urlencode({'q': name})}", name)
        for name, title, title_en in _like(rows, text, "name", "title", "title_en")
    ]
    return Hits(_("数据元标准"), "hash", hits)


def runs(user: User, text: str) -> Hits:
    """Runs by their number, or the newest of an item by its code."""
    number = _RUN.fullmatch(text)
    wanted = Q(target__iexact=text) | Q(pk=int(number[1])) if number else Q(target__iexact=text)
    rows = Run.objects.visible_to(user).filter(wanted).select_related("item").order_by("-pk")[:3]
    hits = [
        Hit(
            f"#{row.pk} {row.item.shown_title if row.item else row.target}",
            reverse("collection:run", args=[row.pk]),
            f"{label('run_kind', row.kind).text} · {label('run_state', row.state).text}",
        )
        for row in rows
    ]
    return Hits(_("运行记录"), "history", hits)


def users(user: User, text: str) -> Hits:
    """Accounts by login or name, for the bureau."""
    if not user.has_role("bureau"):
        return Hits(_("用户账号"), "users", ())
    rows = User.objects.visible_to(user).filter(is_active=True).values_list("login", "name", "name_en")
    hits = [
        Hit(in_language(name, name_en), reverse("accounts:user", args=[login]), login)
        for login, name, name_en in _like(rows, text, "login", "name", "name_en")
    ]
    return Hits(_("用户账号"), "users", hits)


def receipts(user: User, text: str) -> Hits:
    """One record of evidence by its receipt, or by eight or more of its first letters."""
    digest = text.lower()
    if not scope_of(user).official or not _RECEIPT.fullmatch(digest):
        return Hits(_("使用存证"), "fingerprint", ())
    rows = EvidenceRecord.objects.visible_to(user).filter(hash__gte=digest, hash__lt=f"{digest}g")
    hits = [Hit(row.hash[:16], reverse("ledger:receipt", args=[row.hash]), row.purpose or row.app) for row in rows[:3]]
    return Hits(_("使用存证"), "fingerprint", hits)


def quarters(user: User, text: str) -> Hits:
    """Quarters of the assessment: ``2026Q3``, ``2026``, ``考核``."""
    title = str(_("考核"))
    rows = (row for row in Quarter.objects.visible_to(user).only("code", "state"))
    fitting = (row for row in rows if text.upper() in row.code or fits_any(text, f"{title} {row.code}"))
    hits = [Hit(f"{title} {row.code}", reverse("assessment:quarter", args=[row.code])) for row in islice(fitting, MOST)]
    return Hits(title, "file-certificate", hits)


def helps(user: User, text: str) -> Hits:  # noqa: ARG001 - the help is everybody's
    """Guides and terms."""
    return Hits(_("帮助"), "help-circle", [Hit(hit.title, hit.href) for hit in guide_hits(text)[:MOST]])


def _like(rows: QuerySet[Any, Any], text: str, *names: str, first: int = 0, last: int = 3) -> Iterator[tuple[str, ...]]:
    """The first rows that ``text`` fits: Chinese by the database, letters perhaps pinyin, so read and spelled."""
    if text.isascii():
        return islice(meant(text, rows, lambda row: [str(one) for one in row[first:last]]), MOST)
    for said in filter(None, (close_readings(text), bare_readings(text))):
        wanted = Q()
        for name, word in product(names, said):
            wanted |= Q(**{f"{name}__icontains": word})
        if found := list(rows.filter(wanted)[:MOST]):
            return iter(found)
    return iter(())
