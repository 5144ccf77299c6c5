"""Pages of compiling: a new item, the steps of a draft, its last look and review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import may_write_for, require_official
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.cases.models import Case
from huitong.apps.cases.selectors import access_case, actions_for
from huitong.apps.cases.services import act
from huitong.apps.catalog.checking import Finding
from huitong.apps.catalog.compile_forms import BasicForm, DecideForm, LinkForm, NewForm, SharingForm, StepForm
from huitong.apps.catalog.differing import Difference, differences
from huitong.apps.catalog.draft_conflicts import (
    Conflict,
    draft_to_write,
    refusal_of,
    save_step,
    seen_version,
    sent_number,
)
from huitong.apps.catalog.drafting import EDITABLE, copy_draft, discard_draft, draft_item, findings_of, submit_draft
from huitong.apps.catalog.effects import Effect, effects_of
from huitong.apps.catalog.field_lines import fields_from, lines_from, moved, read_lines
from huitong.apps.catalog.models import DataElement, ItemDraft
from huitong.apps.catalog.selectors import access_draft, element_titles, may_compile, may_draft_for
from huitong.apps.declared import in_language, revived
from huitong.apps.labels import Text, choices, shown_problem
from huitong.apps.steps import ShownStep
from huitong.engine.declarations import items
from huitong.foundation.errors import HuitongError, Terminal
from huitong.foundation.numbers import whole_number

STEPS: dict[str, Text] = {
    "basic": _("基本信息"),
    "fields": _("信息项"),
    "sharing": _("共享与开放"),
    "link": _("挂接"),
}
LAST: Text = _("检查与提交")
_FORMS: dict[str, type[StepForm]] = {"basic": BasicForm, "sharing": SharingForm, "link": LinkForm}
_STEP_OF = {
    **dict.fromkeys(("fields", "element", "name", "guide_type", "length"), "fields"),
    **dict.fromkeys(SharingForm.base_fields, "sharing"),
    **dict.fromkeys(LinkForm.base_fields, "link"),
}
"""The step on which a finding's field stands; every other is on the first."""


def require_compiler(viewer: Viewer) -> User:
    """Return the viewer as somebody who drafts items.

    Raises:
        Terminal: ``people.sign_in_needed``, ``people.not_allowed``.
    """
    require_official(viewer)
    if not may_compile(viewer) or not isinstance(viewer, User):
        raise Terminal("people.not_allowed", login=str(viewer))
    return viewer


def new_draft(request: HttpRequest) -> HttpResponse:
    """Begin a new item with its name and its department."""
    user = require_compiler(request.user)
    own = may_write_for(user)
    mine = user.organisation.code if user.organisation in own and user.organisation else ""
    form = NewForm(request.POST or None, viewer=user, initial={"provider": mine})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        spec = items.CatalogItem(
            code="", title=said["title"], title_en="", provider=said["provider"], table="", fields=()
        )
        draft = draft_item(user, spec=spec, origin=ItemDraft.Origin.FORM)
        return redirect("catalog:draft_step", draft.pk, "basic")
    return render(request, "catalog/new_draft.html", {"form": form})


def _leads_on(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer for a draft that somebody discarded meanwhile with a page that says so and leads on."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Terminal as error:
            if error.code != "catalog.draft_discarded":
                raise
            context = {"problem": shown_problem(error), "may_compile": may_compile(request.user)}
            return render(request, "catalog/discarded.html", context, status=error.status)

    return answered


@_leads_on
def draft_step(request: HttpRequest, draft_id: int, step: str) -> HttpResponse:
    """Write one step of a draft; every button saves what is written."""
    user = require_compiler(request.user)
    draft = draft_to_write(request, user, draft_id)
    if step not in STEPS:
        raise Http404
    shown = draft.state in EDITABLE or request.method == "POST"  # what was typed comes back, whatever has become of it
    if not shown or not may_draft_for(user, draft.provider):
        if not shown:
            messages.info(request, _("这份草稿已经提交或办结，不能再改；下面是它现在的样子。"))
        return redirect("catalog:draft", draft_id)
    if step == "fields":
        return _fields_step(request, user, draft)
    spec = draft.as_spec()
    offered = {"viewer": user, "spec": spec} if step != "sharing" else {}
    if request.method == "POST":
        form = _FORMS[step](request.POST, **offered)
        conflict = None
        if form.is_valid():
            saved = save_step(request, user, draft_id, form.applied(spec), form.parts)
            if isinstance(saved, ItemDraft):
                return _go_on(request, saved.pk, step)
            conflict = saved
        return _step_page(request, draft, step, form, (), conflict)
    blank = _FORMS[step](**offered)
    form = _FORMS[step](blank.initial_of(spec), **offered)
    found = findings_of(draft) if _is_checked(request, draft, step) else ()
    _mark(form, found)
    return _step_page(request, draft, step, form, found)


def _mark(form: StepForm, found: Sequence[Finding]) -> None:
    """Show errors at their fields as the form's own."""
    form.is_valid()
    for finding in found:
        if finding.severity == "error" and finding.line is None and finding.field in form.fields:
            form.add_error(finding.field, str(finding.text))


def _is_checked(request: HttpRequest, draft: ItemDraft, step: str) -> bool:
    """Tell whether to show findings: of a step that came filled in, not of one that somebody has only just opened."""
    recognised = draft.origin == ItemDraft.Origin.SOURCE and step == "fields"
    filled_in = recognised or draft.origin == ItemDraft.Origin.EXCEL or draft.state != ItemDraft.State.EDITING
    return filled_in or "check" in request.GET


def _step_page(
    request: HttpRequest,
    draft: ItemDraft,
    step: str,
    form: StepForm,
    found: Sequence[Finding],
    conflict: Conflict | None = None,
) -> HttpResponse:
    notes = [one for one in found if one.severity == "warning" and one.line is None and one.field in form.fields]
    context = {**_step_context(request, draft, step, conflict), "form": form, "notes": notes}
    return render(request, "catalog/draft_step.html", context, status=conflict.status if conflict else 200)


def _step_context(request: HttpRequest, draft: ItemDraft, step: str, conflict: Conflict | None) -> dict[str, object]:
    names = list(STEPS)
    place = names.index(step)
    previous = reverse("catalog:draft_step", args=[draft.pk, names[place - 1]]) if place else ""
    return {
        "draft": draft,
        "step": step,
        "title": STEPS[step],
        "progress": progress_of(draft, step),
        "previous": previous,
        "version": seen_version(request, draft),
        "conflict": conflict,
    }


def progress_of(draft: ItemDraft, step: str) -> list[ShownStep]:
    """Return the steps of a draft for the progress line; all can be gone to."""
    shown = [
        ShownStep(title, "current" if name == step else "open", reverse("catalog:draft_step", args=[draft.pk, name]))
        for name, title in STEPS.items()
    ]
    last = reverse("catalog:draft", args=[draft.pk])
    return [*shown, ShownStep(LAST, "current" if not step else "open", last)]


_BESIDE = {"over", "anew"}
"""Buttons of a refusal: they save what is written, over what is there or in another draft."""


def _go_on(request: HttpRequest, draft_id: int, step: str) -> HttpResponse:
    names = list(STEPS)
    if request.POST.get("go") == "save" or _BESIDE & request.POST.keys():
        messages.success(request, _("已保存。"))
        return redirect(reverse("catalog:draft_step", args=[draft_id, step]) + "?check=1")
    following = names.index(step) + 1
    if following == len(names):
        return redirect("catalog:draft", draft_id)
    return redirect("catalog:draft_step", draft_id, names[following])


def _fields_step(request: HttpRequest, user: User, draft: ItemDraft) -> HttpResponse:
    spec, order = draft.as_spec(), request.POST.get("go", "")
    found: tuple[Finding, ...] = ()
    conflict = None
    if request.method == "POST":
        lines = read_lines(request.POST.dict())
        if order in ("save", "next") or _BESIDE & request.POST.keys():
            mine = msgspec.structs.replace(spec, fields=fields_from(lines))
            saved = save_step(request, user, draft.pk, mine, ("fields",))
            if isinstance(saved, ItemDraft):
                return _go_on(request, saved.pk, "fields")
            conflict = saved
        lines = moved(lines, order)
    else:
        found = findings_of(draft) if _is_checked(request, draft, "fields") else found
        lines = lines_from(spec.fields, found, _hints(draft))
    elements = DataElement.objects.only("name", "title", "title_en")
    context = {
        **_step_context(request, draft, "fields", conflict),
        "lines": lines,
        "notes": [one for one in found if one.field == "fields" and one.line is None],
        "elements": [(row.name, row.shown_title) for row in elements],
        "guide_types": choices("guide_type"),
    }
    return render(request, "catalog/draft_fields.html", context, status=conflict.status if conflict else 200)


def _hints(draft: ItemDraft) -> dict[str, str]:
    """Say beside each field how sure the scan of the live source was."""
    return {
        column: gettext("识别为 %(element)s，可信度 %(percent)s%%")
        % {"element": seen["element"], "percent": seen["confidence"]}
        for column, seen in draft.evidence.items()
        if seen["element"]
    }


@dataclass(frozen=True)
class FoundAt:
    """A finding with the way to where it is mended."""

    finding: Finding
    href: str
    place: Text


@_leads_on
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Take a last look at a draft: what the checks say, what it changes, whom that touches; submit or decide."""
    return _draft_page(request, draft_id)


def _draft_page(
    request: HttpRequest,
    draft_id: int,
    tried: DecideForm | None = None,
    problem: HuitongError | None = None,
    status: int = HTTPStatus.OK,
    *,
    refused: Terminal | None = None,
) -> HttpResponse:
    """The draft; below a decision that was refused, why, with what was typed for it; above all, why not ``refused``."""
    require_official(request.user)
    row = access_draft(request.user, draft_id)
    may_edit = row.state in EDITABLE and may_draft_for(request.user, row.provider)
    spec = row.as_spec()
    case = _case_seen(request.user, row.case)
    open_now = row.state in (*EDITABLE, ItemDraft.State.SUBMITTED)
    context = {
        "draft": row,
        "spec": spec,
        "summary": summary_of(spec),
        "fields": shown_fields(spec),
        "found": [_found_at(row, one, may_edit) for one in findings_of(row)] if open_now else [],
        "differences": _changes(row) if row.kind == "change" else (),
        "effects": _effects(request.user, row) if open_now else (),
        "may_edit": may_edit,
        "may_copy": row.state == "withdrawn" and row.kind != "cancel" and may_draft_for(request.user, row.provider),
        "progress": progress_of(row, ""),
        "case": case,
        "case_href": case_address(row.case) if case else "",
        "actions": [one for one in actions_for(request.user, case) if one.name != "resubmit"] if case else (),
    }
    context |= {"decide": tried or DecideForm(), "problem": shown_problem(problem) if problem else None}
    if refused:
        context["refusal"] = refusal_of(refused, row, seen_version(request, row))
    error = refused or problem
    return render(request, "catalog/draft.html", context, status=error.status if error else status)


def _case_seen(viewer: Viewer, number: str) -> Case | None:
    """The review, where the reader may see it: whoever sends a draft of another department takes part in its place."""
    try:
        return access_case(viewer, number) if number else None
    except Terminal:
        return None


@dataclass(frozen=True)
class ShownField:
    """A field with what it is called: by its own title, or its element's."""

    field: items.ItemField
    shown: str


def shown_fields(spec: items.CatalogItem) -> list[ShownField]:
    """Return the fields of an item with what they are called. One query."""
    titles = element_titles()
    return [
        ShownField(one, in_language(one.title, one.title_en) or titles.get(one.element, one.std_name))
        for one in spec.fields
    ]


def case_address(number: str) -> str:
    """Return the address of a case's page, "" where there is none."""
    try:
        return reverse("cases:case", args=[number]) if number else ""
    except NoReverseMatch:
        return ""


def _changes(row: ItemDraft) -> tuple[Difference, ...]:
    if row.item is None:
        return ()
    version = row.item.versions.filter(version=row.base_version).first()
    return differences(revived(version.spec, items.CatalogItem), row.as_spec(), element_titles()) if version else ()


def _effects(viewer: Viewer, row: ItemDraft) -> tuple[Effect, ...]:
    if row.item is None:
        return ()
    return effects_of(viewer, row.item.as_spec(), None if row.kind == "cancel" else row.as_spec())


def _found_at(row: ItemDraft, one: Finding, may_edit: bool) -> FoundAt:
    step = "fields" if one.line is not None else _STEP_OF.get(one.field, "basic")
    href = f"{reverse('catalog:draft_step', args=[row.pk, step])}?check=1" if may_edit else ""
    line = gettext("第 %(line)s 行") % {"line": one.line + 1} if one.line is not None else ""
    return FoundAt(one, href, f"{STEPS[step]} {line}".strip())


def summary_of(spec: items.CatalogItem) -> Mapping[str, str]:
    """Return what a draft says in texts of the reader's language, by part."""
    return {
        "title": in_language(spec.title, spec.title_en),
        "abstract": in_language(spec.abstract, spec.abstract_en),
        "sharing_condition": in_language(spec.sharing_condition, spec.sharing_condition_en),
        "sharing_basis": in_language(spec.sharing_basis, spec.sharing_basis_en),
        "open_condition": in_language(spec.open_condition, spec.open_condition_en),
        "link": f"{spec.link.source} · {spec.link.object}" if spec.link else "",
        "key": "、".join(spec.link.key) if spec.link else "",
        "related": "、".join(spec.related),
    }


def _refused(request: HttpRequest, draft_id: int, error: Terminal) -> HttpResponse:
    """The draft as it is now, with why it was neither sent nor discarded."""
    if error.status not in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        raise error
    return _draft_page(request, draft_id, refused=error)


@require_POST
@_leads_on
def submit(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Send a draft to the bureau, as it was seen."""
    user = require_compiler(request.user)
    try:
        row = submit_draft(user, draft_id=draft_id, version=sent_number(request, "version"))
    except Terminal as error:
        return _refused(request, draft_id, error)
    messages.success(request, gettext("已提交数据管理部门审核，办件号 %(case)s。") % {"case": row.case})
    return redirect("catalog:draft", draft_id)


@require_POST
@_leads_on
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Delete a draft as it was seen, or withdraw one that was returned."""
    user = require_compiler(request.user)
    try:
        discard_draft(user, draft_id=draft_id, version=sent_number(request, "version"))
    except Terminal as error:
        return _refused(request, draft_id, error)
    messages.success(request, _("草稿已删除。"))
    return redirect("catalog:drafts")


@require_POST
@_leads_on
def copy(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Begin anew with what a rejected draft says."""
    row = copy_draft(require_compiler(request.user), draft_id=draft_id)
    messages.success(request, _("已按原来的内容重新起草，改好后再提交。"))
    return redirect("catalog:draft", row.pk)


@require_POST
@_leads_on
def decide(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Take an action of the review on the draft's own page."""
    require_official(request.user)
    row = access_draft(request.user, draft_id)
    assert isinstance(request.user, User)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, draft_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        act(
            request.user,
            number=row.case,
            action=request.POST.get("action", ""),
            version=whole_number(request.POST.get("version", "")),
            comment=form.cleaned_data["comment"],
        )
    except Terminal as error:
        if error.code in form.about:
            form.refuse(error)
            return _draft_page(request, draft_id, form, status=error.status)
        if error.status in (401, 403, 404):
            raise
        return _draft_page(request, draft_id, form, error)
    messages.success(request, _("已办理。"))
    return redirect("catalog:draft", draft_id)
