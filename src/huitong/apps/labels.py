"""What the pages call the states and kinds that rows carry: a word in the reader's language and a tone.

One place for all of them, so that a state is called the same on every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Tone = Literal["", "good", "info", "warn", "bad", "violet"]
Text = str | Promise


@dataclass(frozen=True)
class Label:
    """How a value is shown: its word, its tone, and an icon so that the tone is not said by colour alone."""

    text: Text
    tone: Tone = ""
    icon: str = ""


LABELS: Mapping[str, Mapping[str, Label]] = {
    "role": {
        "bureau": Label(_("数据管理部门")),
        "data_officer": Label(_("部门数据专员")),
        "developer": Label(_("应用开发人员")),
        "citizen": Label(_("市民")),
        "leader": Label(_("领导")),
    },
    "organisation_kind": {
        "government": Label(_("人民政府")),
        "bureau": Label(_("数据管理部门")),
        "department": Label(_("部门")),
        "county": Label(_("县区")),
        "subcentre": Label(_("分中心")),
        "other": Label(_("其他")),
    },
    "system_level": {
        "national": Label(_("国家")),
        "provincial": Label(_("省级")),
        "city": Label(_("市级")),
        "county": Label(_("县级")),
    },
    "system_state": {
        "planned": Label(_("规划中"), "info", "clock"),
        "live": Label(_("在用"), "good", "circle-check"),
        "retiring": Label(_("待下线"), "warn", "clock"),
        "retired": Label(_("已下线"), "", "ban"),
        "merged": Label(_("已整合"), "", "git-branch"),
    },
    "sharing_type": {
        "unconditional": Label(_("无条件共享"), "good", "circle-check"),
        "conditional": Label(_("有条件共享"), "info", "key"),
        "none": Label(_("不予共享"), "", "ban"),
    },
    "sharing_method": {
        "api": Label(_("接口")),
        "exchange": Label(_("库表交换")),
        "subscription": Label(_("订阅")),
        "file": Label(_("文件")),
    },
    "resource_class": {
        "base": Label(_("基础信息资源")),
        "topic": Label(_("主题信息资源")),
        "department": Label(_("部门信息资源")),
    },
    "format": {
        "database": Label(_("数据库")),
        "spreadsheet": Label(_("电子表格")),
        "document": Label(_("文档")),
        "stream": Label(_("流数据")),
        "api": Label(_("接口")),
    },
    "update_cycle": {
        "realtime": Label(_("实时")),
        "daily": Label(_("每日")),
        "weekly": Label(_("每周")),
        "monthly": Label(_("每月")),
        "quarterly": Label(_("每季度")),
        "yearly": Label(_("每年")),
        "irregular": Label(_("不定期")),
    },
    "item_state": {
        "draft": Label(_("草稿")),
        "published": Label(_("已发布"), "good", "circle-check"),
        "changing": Label(_("变更中"), "info", "clock"),
        "cancelled": Label(_("已撤销"), "", "ban"),
    },
    "link_state": {
        "none": Label(_("未挂接"), "", "unlink"),
        "declared": Label(_("待首次归集"), "info", "clock"),
        "live": Label(_("正常更新"), "good", "circle-check"),
        "failing": Label(_("更新失败"), "bad", "alert-triangle"),
    },
    "source_kind": {
        "sqlite": Label(_("SQLite 数据库")),
        "mysql": Label(_("MySQL 数据库")),
        "postgresql": Label(_("PostgreSQL 数据库")),
        "csv": Label(_("CSV 文件")),
        "xlsx": Label(_("Excel 文件")),
        "html": Label(_("网页表格")),
    },
    "link_mode": {
        "full": Label(_("全量")),
        "incremental": Label(_("增量")),
    },
    "run_kind": {
        "collect": Label(_("归集"), "info", "database-import"),
        "check": Label(_("检查"), "good", "checklist"),
        "fuse": Label(_("融合"), "violet", "git-branch"),
        "publish": Label(_("发布"), "warn", "send"),
    },
    "run_state": {
        "queued": Label(_("排队中"), "", "clock"),
        "running": Label(_("进行中"), "info", "refresh"),
        "done": Label(_("完成"), "good", "circle-check"),
        "failed": Label(_("失败"), "bad", "alert-triangle"),
    },
    "issue_state": {
        "open": Label(_("待整改"), "warn", "alert-circle"),
        "closed": Label(_("已解决"), "good", "circle-check"),
    },
    "severity": {
        "reject": Label(_("拦截"), "bad", "ban"),
        "flag": Label(_("提示"), "warn", "flag"),
    },
    "policy": {
        "authority": Label(_("权威优先")),
        "latest": Label(_("最新优先")),
        "most_common": Label(_("多数优先")),
    },
    "grant_state": {
        "active": Label(_("有效"), "good", "circle-check"),
        "suspended": Label(_("已暂停"), "warn", "clock"),
        "revoked": Label(_("已收回"), "bad", "ban"),
    },
    "service_kind": {
        "records": Label(_("查询"), "info", "search"),
        "verify": Label(_("核验"), "good", "checklist"),
    },
    "schema": {
        "raw": Label(_("原样数据"), "info", "database"),
        "std": Label(_("合格数据"), "good", "circle-check"),
        "quarantine": Label(_("问题数据"), "bad", "alert-hexagon"),
        "base": Label(_("基础库"), "violet", "books"),
        "topic": Label(_("主题库"), "violet", "books"),
    },
}


def label(kind: str, value: str) -> Label:
    """Return how ``value`` of ``kind`` is shown; a value nobody named shows as itself."""
    return LABELS[kind].get(value) or Label(value)


def choices(kind: str) -> list[tuple[str, Text]]:
    """Return the values of ``kind`` with their words, in the order declared here."""
    return [(value, entry.text) for value, entry in LABELS[kind].items()]
