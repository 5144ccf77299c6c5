"""Disputes of the demo city: raised about values on which its invented departments really disagree."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from huitong.apps.accounts.models import User
from huitong.apps.cases.models import Case
from huitong.apps.cases.services import act, advance_clocks, comment_on
from huitong.apps.collection.selectors import the_lake
from huitong.apps.disputes.services import CASE_TYPE, open_dispute
from huitong.apps.disputes.tracing import Trace, trace_of_library
from huitong.apps.libraries.models import Library
from huitong.engine.declarations import libraries
from huitong.engine.lake.lake import table_columns
from huitong.engine.lake.names import ident, table
from huitong.foundation import clock
from huitong.foundation.errors import HuitongError, Terminal

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Doubt:
    """One dispute to raise: who doubts which attribute, whose it is, how many days ago, and how far it has come."""

    login: str
    to: str
    """Login of somebody in the source department; "" for whichever it is."""
    library: str
    attribute: str
    doubt: str
    statement: str
    days_ago: int
    steps: tuple[tuple[str, str], ...] = ()
    """Actions of ``to`` with their comments; ``comment`` as the action only says something."""


DOUBTS = (
    Doubt("fund", "police", "population", "mobile", "outdated", "办理公积金提取时，当事人说这个号码已经停用。", 12),
    Doubt("jinan", "police", "population", "person_name", "wrong", "入户登记时看到的身份证，名字与库里差一个字。", 3,
          (("comment", "已派户籍窗口核对底册，明天回复。"),)),
    Doubt("market", "hrss", "legal_person", "mobile", "wrong", "按库里的电话联系企业，接电话的人说不是这家企业。", 5,
          (("explain", "该号码是企业经办人参保登记时填写，企业确认仍在使用，建议联系前先说明来意。"),)),
    Doubt("hrss", "market", "legal_person", "business_address", "outdated", "稳岗返还核查时，企业已不在该地址经营。", 1,
          (("correct", "企业已办理住所变更，已在登记系统更正，等待归集。"),)),
    Doubt("police", "fund", "population", "address", "outdated", "居住证办理时登记的现住址与库里不同。", 4),
    Doubt("police", "", "population", "marital_status", "wrong", "户口登记时出示的离婚证与库里不一致。", 2),
)  # fmt: skip


def raise_demo_disputes() -> int:
    """Raise the demo's disputes where there are none yet; return how many.

    A doubt that fits no record of this small a city is left out.
    """
    if Case.objects.filter(type__code=CASE_TYPE).exists():
        return 0
    done = sum(_raise(doubt) for doubt in DOUBTS)
    try:
        advance_clocks()
    except Terminal as error:
        log.warning("%s", error)
    return done


def _raise(doubt: Doubt) -> bool:
    user = User.objects.filter(login=doubt.login, is_active=True).first()
    row = Library.objects.filter(code=doubt.library).first()
    trace = _trace(row.as_spec(), doubt, user) if row and user else None
    if user is None or trace is None:
        return False
    start = clock.now() - dt.timedelta(days=doubt.days_ago)
    with clock.pretending(start):
        case = open_dispute(user, trace=trace, doubt=doubt.doubt, statement=doubt.statement)
    with clock.pretending(start + dt.timedelta(hours=5)):
        for action, comment in doubt.steps:
            _step(User.objects.get(login=doubt.to), case.number, action, comment)
    return True


def _step(user: User, number: str, action: str, comment: str) -> None:
    if action == "comment":
        comment_on(user, number=number, comment=comment)
    else:
        act(user, number=number, action=action, version=None, comment=comment)


def _trace(library: libraries.Library, doubt: Doubt, user: User) -> Trace | None:
    """The first disagreement about the attribute whose source has people who can answer."""
    for key in _disagreements(library, doubt.attribute):
        try:
            trace = trace_of_library(library, key, doubt.attribute)
        except HuitongError:
            continue
        provider = trace.item.provider
        answers = {one.login for one in provider.users.all()}
        if provider.pk != user.organisation_id and (not doubt.to or doubt.to in answers):
            return trace
    return None


def _disagreements(library: libraries.Library, attribute: str) -> Iterator[str]:
    name = f"{library.table}_conflict"
    with the_lake().reader() as con:
        if not table_columns(con, "base", name):
            return
        found = con.execute(
            f"SELECT {ident(library.key)} FROM {table('base', name)} WHERE attribute = ? ORDER BY 1 LIMIT 40",
            [attribute],
        ).fetchall()
    yield from (str(key) for (key,) in found)
