"""What people are looked up for: the choices of the page, and how evidence keeps them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

OTHER = "other"
PURPOSES = (
    ("apply", _("办理群众或企业申请的事项")),
    ("compare", _("核实部门之间不一致的数据")),
    ("complaint", _("处理投诉或对数据的异议")),
    ("supervise", _("依法履行监管职责")),
    (OTHER, _("其他（请在说明里写清）")),
)
CHINESE = {
    "apply": "办理群众或企业申请的事项",
    "compare": "核实部门之间不一致的数据",
    "complaint": "处理投诉或对数据的异议",
    "supervise": "依法履行监管职责",
}
"""As evidence keeps them, whatever the page's language."""
