"""What of sharing stands on a catalog item: services that read it, and the grants under which somebody uses them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from huitong.apps.accounts.models import User
from huitong.apps.accounts.visibility import Viewer
from huitong.apps.catalog.effects import Effect, Lost
from huitong.apps.declared import in_language
from huitong.apps.sharing.models import Grant, Service
from huitong.apps.sharing.services import change_grant, put_service, suspend_grant
from huitong.apps.sharing.specs import GrantChange
from huitong.engine.declarations import sharing


def effects_on_sharing(viewer: Viewer, lost: Lost) -> Iterator[Effect]:
    """Say which services and grants lose data when an item loses fields, or everything. Three queries.

    Grants that the viewer may not see are counted.
    """
    services = {row.pk: row for row in Service.objects.all() if _touches(row, lost)}
    every = Grant.objects.filter(service__in=services, state=Grant.State.ACTIVE)
    mine = every.visible_to(viewer).select_related("app__organisation").order_by("code")
    shown = set()
    for grant in mine:
        shown.add(grant.pk)
        text = _grant_text(services[grant.service_id].as_spec(), grant.as_spec(), lost)
        if not text:
            continue
        yield Effect(
            kind=_("使用授权"),
            title=f"{grant.app.organisation.shown_short} · {in_language(grant.purpose, grant.purpose_en)}",
            href=reverse("sharing:grant", args=[grant.code]),
            text=text,
            grave=_ends(services[grant.service_id].as_spec(), grant.as_spec(), lost),
        )
    if hidden := every.exclude(pk__in=shown).count():
        yield Effect(
            _("使用授权"), _("另有 %(n)d 项授权") % {"n": hidden}, "", _("由其他部门提供，详情由数据管理部门掌握")
        )
    for service in services.values():
        text = _service_text(service.as_spec(), lost)
        yield Effect(_("服务"), service.shown_title, reverse("sharing:service", args=[service.code]), text)


def _touches(service: Service, lost: Lost) -> bool:
    spec = service.as_spec()
    if not _reads_only(spec, lost) and lost.item.code not in spec.items:
        return False
    return bool(lost.losses) or bool(lost.fields & {spec.key, *spec.fields})


def _reads_only(service: sharing.Service, lost: Lost) -> bool:
    """Whether a service reads the item's own table: without it, it has nothing to answer with."""
    return service.table == f"std.{lost.item.table}"


def _answers_nothing(service: sharing.Service, lost: Lost) -> bool:
    """Whether nothing is left of a service of the item's own table: no key to look up by, or no field to give."""
    keys = {service.key, service.subject or service.key}
    return lost.whole or bool(lost.fields & keys) or not set(service.fields) - lost.fields


def _ends(service: sharing.Service, grant: sharing.Grant, lost: Lost) -> bool:
    """Whether a grant cannot go on. A filter on a lost field ends it too: without it there would be more rows."""
    if not _reads_only(service, lost):
        return False
    filtered = {one.field for one in grant.row_filter}
    left = set(grant.fields) - lost.fields
    return _answers_nothing(service, lost) or not left or bool(filtered & lost.fields)


def _grant_text(service: sharing.Service, grant: sharing.Grant, lost: Lost) -> str:
    own, fields = _reads_only(service, lost), sorted(lost.fields & set(grant.fields))
    if "cancelled" in lost.losses:
        return _("撤销后这项授权随即暂停，使用方的调用会被拒绝") if own else _("撤销后少一个数据来源，其他来源仍可答复")
    if "withdrawn" in lost.losses:
        return (
            _("改为不予共享后这项授权随即暂停，使用方的调用会被拒绝")
            if own
            else _("这个来源不予共享，须核对授权是否还成立")
        )
    if _ends(service, grant, lost):
        return _("缺了查询或过滤要用的字段，这项授权随即暂停")
    if fields:
        return _("将不再提供：%(fields)s") % {"fields": "、".join(fields)}
    if "moved" in lost.losses and own:
        return _("改读新表；新表归集、检查、发布之前查不到数据")
    return _("数据不再更新") if "unlinked" in lost.losses else ""


def _service_text(service: sharing.Service, lost: Lost) -> str:
    own = _reads_only(service, lost)
    if "cancelled" in lost.losses or "unlinked" in lost.losses:
        return _("不再更新")
    if "withdrawn" in lost.losses:
        return _("不再对外提供") if own else _("含有不予共享的来源，须由数据管理部门调整")
    if lost.fields & {service.key, *service.fields}:
        return _("字段随之减少") if own else _("字段减少，需要同步调整服务")
    if "handed_over" in lost.losses:
        return _("随目录移交给新的提供部门") if own else _("数据来源换了提供部门")
    return _("随之改读新表") if own else _("数据来源的表名变了")


def end_on_sharing(acting_user: User, lost: Lost) -> None:
    """Narrow or suspend what reads an item's own table, in the transaction that changes or cancels it.

    Services follow the item: to its new table and provider, without the fields that are gone. Grants keep what is
    left of them; those of which nothing is left are suspended, with the reason.
    """
    for row in Service.objects.all():
        service = row.as_spec()
        if not _reads_only(service, lost):
            continue
        for grant in row.grants.filter(state__in=(Grant.State.ACTIVE, Grant.State.SUSPENDED)):
            _end_grant(acting_user, service, grant, lost)
        _follow(acting_user, service, lost)


def _end_grant(acting_user: User, service: sharing.Service, grant: Grant, lost: Lost) -> None:
    spec = grant.as_spec()
    if _ends(service, spec, lost):
        if grant.state == Grant.State.ACTIVE:
            suspend_grant(acting_user, grant=grant.code, reason=_reason(lost))
        return
    if not lost.fields & {*spec.fields, *spec.clear}:
        return
    change = GrantChange(
        fields=tuple(name for name in spec.fields if name not in lost.fields),
        clear=tuple(name for name in spec.clear if name not in lost.fields),
        kinds=spec.kinds,
        row_filter=spec.row_filter,
        quota=spec.quota,
        valid_to=spec.valid_to,
    )
    change_grant(acting_user, grant=grant.code, digest=grant.digest, change=change, reason=_reason(lost))


def _reason(lost: Lost) -> str:
    """Why, as it is kept and told: in both languages, for it is read by others than the one who decides."""
    title, fields = lost.item.title, "、".join(sorted(lost.fields))
    if "cancelled" in lost.losses:
        return f"目录“{title}”已撤销 / the catalog item was cancelled"
    if "withdrawn" in lost.losses:
        return f"目录“{title}”已改为不予共享 / the catalog item is not shared any more"
    return f"目录“{title}”不再提供：{fields} / the catalog item no longer gives these fields"


def _follow(acting_user: User, service: sharing.Service, lost: Lost) -> None:
    """Let a service have the item's new table and provider, and only fields that are left; else leave it as it is."""
    if lost.after is None or _answers_nothing(service, lost):
        return
    provider = lost.after.provider if service.provider == lost.item.provider else service.provider
    table = f"std.{lost.after.table}" if "moved" in lost.losses else service.table
    fields = tuple(name for name in service.fields if name not in lost.fields)
    followed = msgspec.structs.replace(service, provider=provider, table=table, fields=fields)
    if followed != service:
        put_service(acting_user, spec=followed)
