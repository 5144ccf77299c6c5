"""Pages of IT projects: the list with its money, one project with its review, and its form."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import may_write_for, require_official
from huitong.apps.cases.selectors import access_case, actions_for, timeline_of
from huitong.apps.cases.services import act
from huitong.apps.catalog.models import DataElement
from huitong.apps.labels import choices, shown_problem
from huitong.apps.paging import Page
from huitong.apps.registry.forms import SHARES, DecideForm, ProjectForm, ShareLine, sent_lines
from huitong.apps.registry.models import Project
from huitong.apps.registry.selectors import (
    access_project,
    already_there,
    known_elements,
    may_register_for,
    project_list,
    project_totals,
)
from huitong.apps.registry.services import missing_parts, require_keeper, save_project, submit_project
from huitong.apps.registry.specs import ProjectRow
from huitong.apps.registry.views import require_registrar
from huitong.apps.tables import Cell, Column, Empty, Filter, Listing, Part, Wanted, listing_page, state_cell
from huitong.engine.declarations import projects as declared
from huitong.foundation.errors import HuitongError, Terminal
from huitong.foundation.numbers import whole_number


def projects(request: HttpRequest) -> HttpResponseBase:
    """List the projects that the reader may see."""
    require_official(request.user)

    def fetch(wanted: Wanted, number: int, size: int) -> Page[ProjectRow]:
        values = {"state": wanted.value("state"), "text": wanted.text, "order": wanted.order}
        return project_list(request.user, **values, number=number, size=size)

    may_apply = bool(may_write_for(request.user))
    context = {"totals": project_totals(request.user), "may_apply": may_apply}
    begin = reverse("registry:new_project") if may_apply else ""
    return listing_page(request, "registry/projects.html", _listing(begin), fetch, context)


def _listing(begin: str) -> Listing[ProjectRow]:
    return Listing(
        name="projects",
        title=_("信息化项目"),
        columns=(
            Column("title", _("项目名称"), head=True, parts=(Part(_("办件编号")),)),
            Column("organisation", _("申报部门")),
            Column("kind", _("项目类型")),
            Column("asked", _("申报金额"), "number", sorts=True, note=_("元")),
            Column("approved", _("核定金额"), "number", sorts=True, note=_("元")),
            Column("state", _("状态"), "badge"),
            Column("updated_at", _("最后修改"), "time", sorts=True),
        ),
        cells=_cells,
        empty=Empty(
            _("还没有申报信息化项目"),
            _("部门申报后，由数据管理部门评审。"),
            begin,
            _("申报项目"),
            icon="file-text",
        ),
        search=_("按名称搜索"),
        filters=(Filter("state", _("状态"), choices("project_state")),),
        order="-updated_at",
    )


def _cells(row: ProjectRow) -> tuple[Cell, ...]:
    return (
        Cell(row.title, href=reverse("registry:project", args=[row.id]), note=row.case),
        Cell(row.organisation_title),
        state_cell("project_kind", row.kind),
        Cell(row.asked or None),
        Cell(row.approved),
        state_cell("project_state", row.state),
        Cell(row.updated_at),
    )


def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show one project: what for, how much, what it shares, what it would collect a second time; its review."""
    return _project_page(request, project_id)


def _project_page(
    request: HttpRequest,
    project_id: int,
    tried: DecideForm | None = None,
    problem: HuitongError | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The project; below a decision that was refused, why, with what was typed for it."""
    require_official(request.user)
    row = access_project(request.user, project_id)
    spec = row.as_spec()
    case = access_case(request.user, row.case) if row.case else None
    names = {name for share in spec.shares for name in share.elements} | set(spec.collects)
    titles = known_elements(names)
    may_edit = row.state in (Project.State.EDITING, Project.State.ASKED) and may_register_for(
        request.user, row.organisation
    )
    context = {
        "project": row,
        "spec": spec,
        "shares": [(share, [titles.get(name, name) for name in share.elements]) for share in spec.shares],
        "collects": [titles.get(name, name) for name in spec.collects],
        "there": already_there(request.user, spec),
        "missing": missing_parts(spec) if row.state == Project.State.EDITING else [],
        "may_edit": may_edit,
        "case": case,
        "case_href": _case_address(row.case),
        "actions": actions_for(request.user, case) if case else (),
        "timeline": timeline_of(request.user, row.case) if case else (),
    }
    context |= {"decide": tried or DecideForm(), "problem": shown_problem(problem) if problem else None}
    return render(request, "registry/project.html", context, status=problem.status if problem else status)


def _case_address(number: str) -> str:
    try:
        return reverse("cases:case", args=[number]) if number else ""
    except NoReverseMatch:
        return ""


def edit_project(request: HttpRequest, project_id: int | None = None) -> HttpResponse:
    """Write a project's application."""
    user = require_registrar(request.user)
    row = access_project(user, project_id) if project_id else None
    spec = row.as_spec() if row else None
    if row is not None:
        require_keeper(user, row.organisation)
    own = user.organisation.code if user.organisation else ""
    initial = ProjectForm.initial_of(spec) if spec else {"kind": "new", "organisation": own}
    form = ProjectForm(request.POST or None, viewer=user, initial=initial)
    lines = sent_lines(request.POST) if request.method == "POST" else _lines(spec.shares if spec else ())
    _check_lines(form, lines)
    if request.method == "POST" and form.is_valid():
        shares = tuple(one.share() for one in lines if one.title)
        saved = save_project(user, spec=form.spec(shares), project_id=project_id)
        messages.success(request, _("已保存。"))
        return redirect("registry:project", saved.pk)
    lines += [ShareLine() for _place in range(max(0 if form.is_bound else 2, SHARES - len(lines)))]
    context = {"form": form, "project": row, "lines": lines, "sharing_types": choices("sharing_type")}
    return render(request, "registry/edit_project.html", context)


def _check_lines(form: ProjectForm, lines: Sequence[ShareLine]) -> None:
    """Say above the form on which lines something is wrong, and on each line what."""
    if form.is_bound:
        for place, line in enumerate(lines, start=1):
            for wrong in filter(None, (line.untitled, line.unknown)):
                said = {"place": place, "wrong": wrong}
                form.add_error(None, gettext("“要共享的数据”第 %(place)d 行：%(wrong)s") % said)


def _lines(shares: tuple[declared.ProjectShare, ...]) -> list[ShareLine]:
    titles = dict(DataElement.objects.values_list("name", "title"))
    return [
        ShareLine(one.title, one.sharing_type, "、".join(titles.get(name, name) for name in one.elements))
        for one in shares
    ]


@require_POST
def submit(request: HttpRequest, project_id: int) -> HttpResponse:
    """Send a project to the bureau."""
    submit_project(require_registrar(request.user), project_id=project_id)
    messages.success(request, _("已提交评审。"))
    return redirect("registry:project", project_id)


@require_POST
def decide(request: HttpRequest, project_id: int) -> HttpResponse:
    """Take an action of the review on the project's own page."""
    require_official(request.user)
    row = access_project(request.user, project_id)
    action, form = request.POST.get("action", ""), DecideForm(request.POST)
    if not form.is_valid():
        return _project_page(request, project_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    said = form.cleaned_data
    assert isinstance(request.user, User)
    try:
        act(
            request.user,
            number=row.case,
            action=action,
            version=whole_number(request.POST.get("version", "")),
            data={"approved_amount": said["approved_amount"]} if action == "cut" else {},
            comment=said["comment"],
        )
    except Terminal as error:
        if error.code in form.about:
            form.refuse(error)
            return _project_page(request, project_id, form, status=error.status)
        if error.status in (401, 403, 404):
            raise
        return _project_page(request, project_id, form, error)
    messages.success(request, _("已办理。"))
    return redirect("registry:project", project_id)
