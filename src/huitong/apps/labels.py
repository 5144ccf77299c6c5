"""What the pages call the states and kinds that rows carry: a word in the reader's language and a tone.

One place for all of them, so that a state is called the same on every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import get_language
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
        "out_of_date": Label(_("不在有效期"), "", "clock"),
    },
    "service_kind": {
        "records": Label(_("查询"), "info", "search"),
        "verify": Label(_("核验"), "good", "checklist"),
    },
    "use_kind": {
        "records": Label(_("接口查询")),
        "verify": Label(_("接口核验")),
        "look_up": Label(_("页面查询")),
    },
    "data_type": {
        "string": Label(_("文字")),
        "integer": Label(_("整数")),
        "decimal": Label(_("小数")),
        "date": Label(_("日期")),
        "datetime": Label(_("日期时间")),
        "boolean": Label(_("是否")),
    },
    "level": {
        "1": Label(_("1 级 · 公开"), "good"),
        "2": Label(_("2 级 · 内部"), ""),
        "3": Label(_("3 级 · 个人"), "warn"),
        "4": Label(_("4 级 · 敏感"), "bad"),
    },
    "mask": {
        "id_number": Label(_("遮盖出生日期与顺序码")),
        "name": Label(_("只显示姓")),
        "mobile": Label(_("遮盖中间四位")),
        "phone": Label(_("遮盖后几位")),
        "email": Label(_("遮盖邮箱名")),
        "address": Label(_("只显示到街道")),
        "number": Label(_("只显示首尾")),
        "year": Label(_("只显示年份")),
        "full": Label(_("全部遮盖")),
        "amount_range": Label(_("只显示金额区间")),
        "bank_account": Label(_("只显示账号后四位")),
        "plate": Label(_("遮盖号牌中段")),
    },
    "audit_kind": {
        "organisation": Label(_("组织机构")),
        "system": Label(_("信息系统")),
        "user": Label(_("用户")),
        "calendar_day": Label(_("工作日历")),
        "calendar_year": Label(_("工作日历")),
        "codelist": Label(_("代码集")),
        "element": Label(_("数据元")),
        "item": Label(_("目录")),
        "source": Label(_("数据源")),
        "chain": Label(_("全链运行")),
        "run": Label(_("运行")),
        "library": Label(_("基础库")),
        "service": Label(_("服务")),
        "app": Label(_("应用")),
        "grant": Label(_("授权")),
        "pack": Label(_("声明包")),
    },
    "audit_verb": {
        "put": Label(_("登记")),
        "remove": Label(_("移除")),
        "cancel": Label(_("撤销")),
        "deactivate": Label(_("停用")),
        "set": Label(_("设定")),
        "confirm": Label(_("确认")),
        "switch": Label(_("切换")),
        "start": Label(_("启动")),
        "run": Label(_("启动")),
        "issue": Label(_("签发")),
        "revoke": Label(_("收回")),
        "suspend": Label(_("暂停")),
        "resume": Label(_("恢复")),
        "look": Label(_("查询")),
        "apply": Label(_("应用")),
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


def language() -> Literal["zh", "en"]:
    """Return the language of the request, as errors and declarations name it."""
    return "en" if (get_language() or "").startswith("en") else "zh"
