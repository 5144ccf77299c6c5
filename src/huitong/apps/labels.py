"""What the pages call the states and kinds that rows carry: a word in the reader's language and a tone.

One place for all of them, so that a state is called the same on every page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from huitong.foundation.errors import HuitongError

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
    "system_host": {
        "city_cloud": Label(_("市政务云")),
        "provincial": Label(_("省级平台")),
        "national": Label(_("国家平台")),
        "own_room": Label(_("部门自有机房")),
        "vendor": Label(_("运营商或厂商托管")),
    },
    "connection": {
        "shared": Label(_("互通"), "good", "circle-check"),
        "receives": Label(_("只用不供"), "info", "api"),
        "gathered": Label(_("已汇未用"), "info", "database-import"),
        "platform": Label(_("本平台"), "", "route"),
        "island": Label(_("信息孤岛"), "bad", "unlink"),
        "off": Label(_("不在用"), "", "ban"),
    },
    "project_kind": {
        "new": Label(_("新建")),
        "upgrade": Label(_("升级改造")),
        "operate": Label(_("运行维护")),
    },
    "project_state": {
        "editing": Label(_("草稿"), "", "pencil"),
        "review": Label(_("待评审"), "info", "clock"),
        "asked": Label(_("待补充说明"), "warn", "alert-circle"),
        "approved": Label(_("同意"), "good", "circle-check"),
        "cut": Label(_("核减后同意"), "good", "circle-check"),
        "rejected": Label(_("不予立项"), "bad", "ban"),
        "withdrawn": Label(_("已撤回"), "", "ban"),
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
        "document": Label(_("电子文件")),
        "image": Label(_("图形图像")),
        "media": Label(_("流媒体")),
        "self_described": Label(_("自描述格式")),
        "stream": Label(_("流数据")),
        "api": Label(_("接口")),
    },
    "guide_type": {
        "C": Label(_("字符型 C")),
        "N": Label(_("数值型 N")),
        "Y": Label(_("货币型 Y")),
        "D": Label(_("日期型 D")),
        "T": Label(_("日期时间型 T")),
        "L": Label(_("逻辑型 L")),
        "M": Label(_("备注型 M")),
        "G": Label(_("通用型 G")),
        "B": Label(_("双精度型 B")),
        "I": Label(_("整型 I")),
        "F": Label(_("浮点型 F")),
    },
    "draft_kind": {
        "create": Label(_("新编目录"), "info", "plus"),
        "change": Label(_("变更"), "violet", "pencil"),
        "cancel": Label(_("撤销"), "warn", "ban"),
    },
    "draft_state": {
        "editing": Label(_("草稿"), "", "pencil"),
        "submitted": Label(_("审核中"), "info", "clock"),
        "returned": Label(_("已退回"), "warn", "alert-circle"),
        "published": Label(_("已发布"), "good", "circle-check"),
        "withdrawn": Label(_("已撤回"), "", "ban"),
    },
    "draft_origin": {
        "form": Label(_("填写表单")),
        "excel": Label(_("Excel 导入")),
        "source": Label(_("从数据源识别")),
        "item": Label(_("已有目录")),
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
        "published": Label(_("已发布"), "good", "circle-check"),
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
    "clock_state": {
        "running": Label(_("计时中"), "info", "clock"),
        "paused": Label(_("已暂停"), "warn", "clock"),
        "ended": Label(_("已结束"), "", "circle-check"),
    },
    "case_event": {
        "opened": Label(_("提出"), "info", "circle-check"),
        "claimed": Label(_("认领"), "info", "user"),
        "released": Label(_("退回队列"), "info", "user"),
        "handed_over": Label(_("转交"), "info", "user"),
        "commented": Label(_("留言"), "info", "message"),
        "attached": Label(_("上传附件"), "info", "paperclip"),
        "warned": Label(_("即将到期"), "warn", "alert-triangle"),
        "escalated": Label(_("逾期升级"), "bad", "alert-triangle"),
        "stuck": Label(_("逾期，无处升级"), "bad", "alert-triangle"),
        "extended": Label(_("延长时限"), "info", "clock"),
        "moved": Label(_("期限按工作日历调整"), "info", "clock"),
    },
    "grant_check": {
        "passed": Label(_("通过"), "good", "circle-check"),
        "failed": Label(_("不通过"), "bad", "circle-x"),
        "not_reached": Label(_("未检查"), "", "clock"),
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
        "ending": Label(_("即将到期"), "warn", "clock"),
        "suspended": Label(_("已暂停"), "warn", "clock"),
        "expired": Label(_("已到期"), "", "clock"),
        "revoked": Label(_("已收回"), "bad", "ban"),
        "out_of_date": Label(_("不在有效期"), "", "clock"),
    },
    "need_kind": {
        "application": Label(_("申请"), "info", "key"),
        "demand": Label(_("需求"), "violet", "help-circle"),
    },
    "need_outcome": {
        "open": Label(_("在办"), "info", "clock"),
        "answered": Label(_("已答复")),
        "agreed": Label(_("已授权或已满足"), "good", "circle-check"),
        "granted": Label(_("已授权"), "good", "circle-check"),
        "fulfilled": Label(_("已满足"), "good", "circle-check"),
        "refused": Label(_("不同意"), "bad", "ban"),
        "withdrawn": Label(_("已撤回"), "", "circle-x"),
    },
    "need_time": {
        "waiting": Label(_("等本单位办理")),
        "overdue": Label(_("在办已逾期"), "bad", "alert-triangle"),
        "in_time": Label(_("按期答复"), "good", "circle-check"),
        "late": Label(_("逾期答复"), "bad", "alert-triangle"),
    },
    "source_show": {
        "repeated": Label(_("重复采集"), "warn", "alert-triangle"),
        "missing": Label(_("权威部门未编目")),
        "unanswered": Label(_("未定权威来源")),
    },
    "grant_part": {
        "purpose": Label(_("用途")),
        "legal_basis": Label(_("依据")),
        "fields": Label(_("可用项目")),
        "clear": Label(_("不遮盖的项目")),
        "kinds": Label(_("方式")),
        "row_filter": Label(_("数据范围")),
        "quota": Label(_("每日限额")),
        "valid_from": Label(_("开始日期")),
        "valid_to": Label(_("截止日期")),
        "service": Label(_("服务")),
    },
    "app_state": {
        "active": Label(_("在用"), "good", "circle-check"),
        "suspended": Label(_("已停用"), "bad", "ban"),
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
    "attempt": {
        "ok": Label(_("成功"), "good", "circle-check"),
        "failed": Label(_("没有成功"), "warn", "alert-circle"),
        "blocked": Label(_("被拦下"), "bad", "ban"),
    },
    "factor": {
        "on": Label(_("已启用"), "good", "shield-check"),
        "off": Label(_("未启用"), "", "ban"),
    },
    "audit_kind": {
        "session": Label(_("登录")),
        "factor": Label(_("第二道验证")),
        "organisation": Label(_("组织机构")),
        "system": Label(_("信息系统")),
        "user": Label(_("用户")),
        "calendar_day": Label(_("工作日历")),
        "calendar_year": Label(_("工作日历")),
        "codelist": Label(_("代码集")),
        "element": Label(_("数据元")),
        "item": Label(_("目录")),
        "draft": Label(_("目录草稿")),
        "project": Label(_("信息化项目")),
        "source": Label(_("数据源")),
        "chain": Label(_("全链运行")),
        "rows": Label(_("数据记录")),
        "run": Label(_("运行")),
        "library": Label(_("基础库")),
        "service": Label(_("服务")),
        "app": Label(_("应用")),
        "grant": Label(_("授权")),
        "pack": Label(_("声明包")),
        "view": Label(_("视图")),
        "case_type": Label(_("办件类型")),
        "case": Label(_("办件")),
        "webhook": Label(_("回调地址")),
        "indicator": Label(_("考核指标")),
        "weights": Label(_("考核权重")),
        "quarter": Label(_("季度考核")),
        "comment": Label(_("考核意见")),
        "authority": Label(_("权威来源")),
        "remit": Label(_("职责")),
        "need": Label(_("需求")),
        "dispute": Label(_("数据异议")),
    },
    "audited": {
        "session": Label(pgettext_lazy("audited", "登录")),
        "factor": Label(pgettext_lazy("audited", "第二道验证")),
        "organisation": Label(pgettext_lazy("audited", "组织机构")),
        "system": Label(pgettext_lazy("audited", "信息系统")),
        "user": Label(pgettext_lazy("audited", "用户")),
        "calendar_day": Label(pgettext_lazy("audited", "工作日历")),
        "calendar_year": Label(pgettext_lazy("audited", "工作日历")),
        "codelist": Label(pgettext_lazy("audited", "代码集")),
        "element": Label(pgettext_lazy("audited", "数据元")),
        "item": Label(pgettext_lazy("audited", "目录")),
        "draft": Label(pgettext_lazy("audited", "目录草稿")),
        "project": Label(pgettext_lazy("audited", "信息化项目")),
        "source": Label(pgettext_lazy("audited", "数据源")),
        "chain": Label(pgettext_lazy("audited", "全链运行")),
        "rows": Label(pgettext_lazy("audited", "数据记录")),
        "run": Label(pgettext_lazy("audited", "运行")),
        "library": Label(pgettext_lazy("audited", "基础库")),
        "service": Label(pgettext_lazy("audited", "服务")),
        "app": Label(pgettext_lazy("audited", "应用")),
        "grant": Label(pgettext_lazy("audited", "授权")),
        "pack": Label(pgettext_lazy("audited", "声明包")),
        "view": Label(pgettext_lazy("audited", "视图")),
        "case_type": Label(pgettext_lazy("audited", "办件类型")),
        "case": Label(pgettext_lazy("audited", "办件")),
        "webhook": Label(pgettext_lazy("audited", "回调地址")),
        "indicator": Label(pgettext_lazy("audited", "考核指标")),
        "weights": Label(pgettext_lazy("audited", "考核权重")),
        "quarter": Label(pgettext_lazy("audited", "季度考核")),
        "comment": Label(pgettext_lazy("audited", "考核意见")),
        "authority": Label(pgettext_lazy("audited", "权威来源")),
        "remit": Label(pgettext_lazy("audited", "职责")),
        "need": Label(pgettext_lazy("audited", "需求")),
        "dispute": Label(pgettext_lazy("audited", "数据异议")),
    },
    "audit_verb": {
        "sign": Label(pgettext_lazy("audit", "开始")),
        "end": Label(pgettext_lazy("audit", "结束")),
        "block": Label(pgettext_lazy("audit", "拦下")),
        "put": Label(pgettext_lazy("audit", "登记")),
        "draft": Label(pgettext_lazy("audit", "起草")),
        "save": Label(pgettext_lazy("audit", "保存")),
        "submit": Label(pgettext_lazy("audit", "提交")),
        "publish": Label(pgettext_lazy("audit", "发布")),
        "return": Label(pgettext_lazy("audit", "退回")),
        "discard": Label(pgettext_lazy("audit", "删除")),
        "decide": Label(pgettext_lazy("audit", "评审")),
        "remove": Label(pgettext_lazy("audit", "移除")),
        "cancel": Label(pgettext_lazy("audit", "撤销")),
        "deactivate": Label(pgettext_lazy("audit", "停用")),
        "set": Label(pgettext_lazy("audit", "设定")),
        "confirm": Label(pgettext_lazy("audit", "确认")),
        "switch": Label(pgettext_lazy("audit", "切换")),
        "start": Label(pgettext_lazy("audit", "启动")),
        "run": Label(pgettext_lazy("audit", "启动")),
        "issue": Label(pgettext_lazy("audit", "签发")),
        "register": Label(pgettext_lazy("audit", "登记")),
        "change": Label(pgettext_lazy("audit", "变更")),
        "warn": Label(pgettext_lazy("audit", "提醒到期")),
        "expire": Label(pgettext_lazy("audit", "到期")),
        "explain": Label(pgettext_lazy("audit", "说明变更")),
        "revoke": Label(pgettext_lazy("audit", "收回")),
        "suspend": Label(pgettext_lazy("audit", "暂停")),
        "resume": Label(pgettext_lazy("audit", "恢复")),
        "look": Label(pgettext_lazy("audit", "查询")),
        "apply": Label(pgettext_lazy("audit", "应用")),
        "open": Label(pgettext_lazy("audit", "开办")),
        "act": Label(pgettext_lazy("audit", "办理")),
        "renew": Label(pgettext_lazy("audit", "更换回调密钥")),
        "claim": Label(pgettext_lazy("audit", "认领")),
        "release": Label(pgettext_lazy("audit", "退回队列")),
        "hand": Label(pgettext_lazy("audit", "转交")),
        "comment": Label(pgettext_lazy("audit", "留言")),
        "attach": Label(pgettext_lazy("audit", "上传附件")),
        "extend": Label(pgettext_lazy("audit", "延长时限")),
        "export": Label(pgettext_lazy("audit", "导出")),
        "freeze": Label(pgettext_lazy("audit", "定稿")),
        "answer": Label(pgettext_lazy("audit", "答复")),
        "join": Label(pgettext_lazy("audit", "加入")),
        "show": Label(pgettext_lazy("audit", "查看")),
        "link": Label(pgettext_lazy("audit", "关联")),
        "enter": Label(pgettext_lazy("audit", "录入")),
        "resend": Label(pgettext_lazy("audit", "重发")),
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


def listed(words: Iterable[object]) -> str:
    """Return words one after the other, as the reader's language parts them."""
    return (", " if language() == "en" else "、").join(str(word) for word in words)


def choices(kind: str) -> list[tuple[str, Text]]:
    """Return the values of ``kind`` with their words, in the order declared here."""
    return [(value, entry.text) for value, entry in LABELS[kind].items()]


def shown_problem(error: HuitongError) -> dict[str, str]:
    """What failed, on what, and what to do next, for a page that says so beside its form."""
    here = language()
    return {"title": error.title(here), "detail": error.detail(here), "hint": error.hint(here)}


def in_both(text: Text) -> tuple[str, str]:
    """Return ``text`` in Chinese and in English: for searches, which know a thing by either."""
    with override("zh-hans"):
        chinese = str(text)
    with override("en"):
        return chinese, str(text)


def language() -> Literal["zh", "en"]:
    """Return the language of the request, as errors and declarations name it."""
    return "en" if (get_language() or "").startswith("en") else "zh"
