"""Pages of the ledgers: evidence of data use, whether its chain is whole, and what people decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.selectors import require_official, scope_of
from huitong.apps.labels import Text, choices, label, language
from huitong.apps.ledger.about import evidence_about
from huitong.apps.ledger.selectors import anchors, audit_list, evidence_list, who_used
from huitong.apps.ledger.specs import AuditRow, EvidenceFilter, EvidenceRow
from huitong.apps.ledger.use_words import UseWords
from huitong.apps.paging import Page
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Part, Wanted, listing_page
from huitong.engine.evidence.record import Receipt
from huitong.engine.evidence.segments import ledger_folder
from huitong.engine.evidence.verify import verify
from huitong.foundation.errors import Terminal, error_texts

CHANGES_SHOWN = 10
"""Changes of one thing that are shown in full."""
LINKED = ("app", "grant", "case")
"""What a link from elsewhere may narrow the list to, beside the filters shown."""


def evidence(request: HttpRequest) -> HttpResponseBase:
    """List the uses of data that the reader may see; a citizen's list is of what is about them."""
    if scope_of(request.user).user is None:
        raise Terminal("people.sign_in_needed")
    official = scope_of(request.user).official
    words = UseWords()
    subject = request.GET.get("subject", "")[:64]
    linked = {name: request.GET[name][:300] for name in LINKED if request.GET.get(name)}

    def fetch(wanted: Wanted, number: int, size: int) -> Page[EvidenceRow]:
        narrowed = EvidenceFilter(
            **linked,
            service=wanted.value("service"),
            outcome=wanted.value("outcome"),
            since=_day(wanted.value("since")),
            until=_day(wanted.value("until")),
        )
        if not official:
            page = who_used(request.user, order=wanted.order, number=number, size=size)
        elif subject:
            page = evidence_about(request.user, narrowed, subject, order=wanted.order, number=number, size=size)
        else:
            page = evidence_list(request.user, narrowed, order=wanted.order, number=number, size=size)
        words.learn(page.rows)
        return page

    kept = {**linked, "subject": subject} if subject else linked
    context = {"official": official, "linked": kept}
    listing = _evidence_listing(words, kept, official=official)
    return listing_page(request, "ledger/evidence.html", listing, fetch, context)


def receipt(request: HttpRequest, digest: str) -> HttpResponse:
    """Show one record of evidence by its receipt: to officials, and without what is about others to a citizen."""
    scope = scope_of(request.user)
    if scope.user is None:
        raise Terminal("people.sign_in_needed")
    rows = evidence_list(request.user, EvidenceFilter(receipt=digest), size=1).rows
    if not rows:
        raise Terminal("people.not_found", kind="receipt", code=digest)
    words = UseWords()
    words.learn(rows)
    row = rows[0]
    context = {
        "official": scope.official,
        "record": row,
        "service": words.service(row),
        "kind": words.kind(row),
        "purpose": words.purpose(row),
        "legal_basis": words.legal_basis(row),
        "fields": words.fields(row),
        "outcome": _outcome_title(row.outcome) if row.outcome != "ok" else "",
    }
    return render(request, "ledger/receipt.html", context)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _evidence_listing(words: UseWords, kept: Mapping[str, str], *, official: bool) -> Listing[EvidenceRow]:
    outcomes: list[tuple[str, Text]] = [("ok", _("已答复")), ("refused", _("被拒绝"))]
    return Listing(
        name="evidence",
        title=_("使用存证"),
        columns=(
            Column("purpose", _("用途"), head=True, parts=(Part(_("办件编号")),)),
            Column("at", _("时间"), "time", sorts=True),
            Column("consumer", _("使用方"), parts=(Part(_("经办人")),) if official else ()),
            Column("service", _("服务"), parts=(Part(_("方式")),)),
            Column("fields", _("用到的项目")),
            Column("answered", _("答复"), "number", parts=(Part(_("共问"), "number"),)),
            Column("outcome", _("结果"), "badge", parts=(Part(_("原因")),)),
            Column("receipt", _("回执"), "mono", term="receipt"),
        ),
        cells=lambda row: _evidence_cells(row, words, official=official),
        empty=_evidence_empty(official=official),
        filters=(
            Filter("service", _("服务"), words.services()),
            Filter("outcome", _("结果"), outcomes),
            Filter("since", _("开始日期")),
            Filter("until", _("结束日期")),
        )
        if official
        else (),
        order="-at",
        keep=kept,
    )


def _evidence_empty(*, official: bool) -> Empty:
    if official:
        text = _("每一次通过服务或查询使用数据，都会先写下存证再答复，并列在这里。")
        return Empty(_("还没有使用记录"), text, icon="fingerprint")
    text = _("有单位查询或核验您的数据时，这里会写明是谁、什么时候、为了什么。")
    return Empty(_("还没有人用过您的数据"), text, icon="fingerprint")


def _evidence_cells(row: EvidenceRow, words: UseWords, *, official: bool) -> tuple[Cell, ...]:
    refused, address = row.outcome != "ok", reverse("ledger:receipt", args=[row.receipt])
    return (
        Cell(words.purpose(row) or row.grant or "—", href="" if official else address, note=row.case),
        Cell(row.at),
        Cell(row.consumer_title or row.app, note=row.operator if official else ""),
        Cell(words.service(row), note=words.kind(row)),
        Cell(words.fields(row), brief=words.first_fields(row)),
        Cell(
            row.answered,
            note=gettext("共问 %(asked)d 个") % {"asked": row.asked} if row.asked > 1 else "",
            parts=(row.asked,),
        ),
        Cell(
            _("被拒绝") if refused else _("已答复"),
            tone="bad" if refused else "good",
            icon="ban" if refused else "circle-check",
            note=_outcome_title(row.outcome) if refused else "",
        ),
        Cell(row.receipt, brief=f"{row.receipt[:12]}…", href=address if official else ""),
    )


def _outcome_title(code: str) -> str:
    text = error_texts().get(code)
    return text.title[language()] if text else code


@require_POST
def check_chain(request: HttpRequest) -> HttpResponse:
    """Read every evidence file again and show whether the chain is whole, and what is wrong first when it is not."""
    require_official(request.user)
    known = tuple(Receipt(chain, seq, digest) for chain, (seq, digest) in anchors().items() if seq)
    result = verify(ledger_folder(settings.HUITONG.home), anchors=known)
    broken = result.broken.as_error() if result.broken else None
    context = {
        "result": result,
        "detail": broken.detail(language()) if broken else "",
        "hint": broken.hint(language()) if broken else "",
    }
    return render(request, "ledger/check.html", context)


def audit(request: HttpRequest) -> HttpResponseBase:
    """List what people decided; narrowed to one thing, with what each decision changed."""
    require_official(request.user)
    target = request.GET.get("target", "")[:200]
    shown: list[AuditRow] = []

    def fetch(wanted: Wanted, number: int, size: int) -> Page[AuditRow]:
        values = {"kind": wanted.value("kind"), "target": target, "order": wanted.order}
        page = audit_list(request.user, **values, number=number, size=size)
        shown.extend(page.rows[:CHANGES_SHOWN])
        return page

    listing = _audit_listing(target)
    return listing_page(request, "ledger/audit.html", listing, fetch, {"target": target, "changes": shown})


def _audit_listing(target: str) -> Listing[AuditRow]:
    return Listing(
        name="audit",
        title=_("操作记录"),
        columns=(
            Column("action", _("操作"), head=True),
            Column("at", _("时间"), "time", sorts=True),
            Column("login", _("操作人"), parts=(Part(_("账号")),)),
            Column("target", _("对象"), parts=(Part(_("对象类型")),)),
            Column("request", _("请求编号"), "mono"),
        ),
        cells=_audit_cells,
        empty=Empty(_("还没有操作记录"), _("每一次登记、修改、授权和查询，都会和改动一起记下来。"), icon="file-text"),
        filters=(Filter("kind", _("对象类型"), choices("audit_kind")),),
        order="-at",
        keep={"target": target} if target else {},
    )


def _action_text(row: AuditRow) -> str:
    verb = row.action.partition(".")[2].partition("_")[0]
    parts = {"verb": label("audit_verb", verb).text, "thing": label("audited", row.kind).text}
    return gettext("%(verb)s%(thing)s") % parts


def _audit_cells(row: AuditRow) -> tuple[Cell, ...]:
    query = urlencode({"kind": row.kind, "target": row.target})
    kind = label("audit_kind", row.kind).text
    numbered = row.called != row.target
    return (
        Cell(_action_text(row)),
        Cell(row.at),
        Cell(row.who or row.login, note=row.login if row.who else "", parts=(row.login,)),
        Cell(
            row.called,
            href=f"{reverse('ledger:audit')}?{query}",
            note=f"{kind} #{row.target}" if numbered else kind,
            exact=row.target if numbered else None,
            parts=(str(kind),),
        ),
        Cell(row.request),
    )
