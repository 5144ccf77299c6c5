"""A case type for tests: a request with a check, a question back (补正), an answer, an appeal, and a program's turn."""

from __future__ import annotations

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import open_case
from huitong.engine.declarations.cases import Action, CaseType, Choice, Clock, FormField, Party, State

REQUEST = CaseType(
    code="request",
    prefix="SQ",
    title="用数请求",
    title_en="Request",
    opened_by="applicant",
    parties=(
        Party(name="applicant", title="申请方", title_en="Applicant", default="opener"),
        Party(name="provider", title="提供方", title_en="Provider"),
        Party(name="bureau", title="数据局", title_en="Bureau", roles=("bureau",), default="bureau"),
    ),
    form=(
        FormField(name="purpose", title="用途", title_en="Purpose", required=True),
        FormField(name="volume", title="每日次数", title_en="Calls a day", kind="number", minimum=1, maximum=1000),
    ),
    states=(
        State(name="checking", title="待审核", title_en="Being checked", turn="bureau", tone="info"),
        State(name="asked", title="待补正", title_en="Asked back", turn="applicant", tone="warn"),
        State(name="answering", title="待答复", title_en="Being answered", turn="provider", tone="info"),
        State(name="installing", title="开通中", title_en="Being set up", turn="system"),
        State(name="done", title="已开通", title_en="Set up", tone="good"),
        State(name="refused", title="已拒绝", title_en="Refused", tone="bad"),
    ),
    actions=(
        Action(
            name="pass_on",
            title="转提供方",
            title_en="Pass on",
            sources=("checking",),
            target="answering",
            party="bureau",
            bulk=True,
            tone="primary",
        ),
        Action(
            name="ask_back",
            title="要求补正",
            title_en="Ask back",
            sources=("checking",),
            target="asked",
            party="bureau",
            reason=True,
        ),
        Action(
            name="complete",
            title="提交补正",
            title_en="Complete",
            sources=("asked",),
            target="checking",
            party="applicant",
            form=(FormField(name="purpose", title="用途", title_en="Purpose", required=True),),
        ),
        Action(
            name="agree",
            title="同意",
            title_en="Agree",
            sources=("answering",),
            target="installing",
            party="provider",
            form=(
                FormField(
                    name="scope",
                    title="范围",
                    title_en="Scope",
                    kind="choice",
                    required=True,
                    choices=(
                        Choice(code="all", title="全部", title_en="All"),
                        Choice(code="part", title="部分", title_en="Part"),
                    ),
                ),
            ),
            tone="primary",
        ),
        Action(
            name="refuse",
            title="拒绝",
            title_en="Refuse",
            sources=("answering",),
            target="refused",
            party="provider",
            reason=True,
            tone="danger",
        ),
        Action(
            name="withdraw",
            title="撤回",
            title_en="Withdraw",
            sources=("checking", "asked", "answering"),
            target="refused",
            party="applicant",
        ),
        Action(
            name="send_back",
            title="退回重审",
            title_en="Send back",
            sources=("answering",),
            target="checking",
            party="provider",
            restarts=("check",),
        ),
        Action(
            name="installed",
            title="开通完成",
            title_en="Installed",
            sources=("installing",),
            target="done",
            party="system",
        ),
    ),
    clocks=(
        Clock(
            name="check",
            title="合规审核",
            title_en="Compliance check",
            days=2,
            states=("checking",),
            paused_in=("asked",),
        ),
        Clock(
            name="answer",
            title="提供方答复",
            title_en="Provider's answer",
            days=5,
            states=("answering",),
            warn=2,
            extend=5,
        ),
        Clock(
            name="whole",
            title="总时限",
            title_en="In all",
            days=10,
            states=("checking", "answering", "installing"),
            paused_in=("asked",),
            party="bureau",
        ),
    ),
)


def open_request(opener: User, **more: object) -> Case:
    """Open a request to the police."""
    wanted = {
        "case_type": "request",
        "title": "需要户籍人口",
        "subject_kind": "thing",
        "subject_key": "POLICE-01",
        "parties": {"provider": "police"},
        "data": {"purpose": "核对参保", "volume": "20"},
        **more,
    }
    return open_case(opener, **wanted)  # type: ignore[arg-type]
