"""The demo city's past quarters: frozen and published when it is built, so that ranking and trend say something."""

from __future__ import annotations

import datetime as dt

from huitong.engine.assessment.period import Period, period_at
from huitong.engine.declarations.pack import Pack
from huitong.foundation.clock import BEIJING, beijing_today
from huitong.packs.demo.history import QUARTERS, past_facts

_COMMENTS = (
    ("police", "gc-gaj", "freshness", "暂住人口系统九月中旬迁移机房，停机三天，已事先报备，建议不计入。",
     "已核对报备记录。迁移期间的归集失败属实，但按办法鲜活率不作人工扣减；下季度起报备的停机可通过暂停运行避免计入。"),
    ("hrss", "gc-rsj", "use", "失业登记目录已开通核验服务，九月底才授权，本季度看不出使用情况。",
     "情况属实，授权于九月二十八日生效，下季度会反映。"),
)  # fmt: skip
_LATE_COMMENT = (
    "fund",
    "gc-gjj",
    "open_data",
    "公积金数据涉及个人信息，可开放的目录有限，建议按部门性质设定开放率的满分值。",
)


def remember_past(pack: Pack) -> None:
    """Freeze and publish the quarters before this one with invented history, and preview this one.

    Does nothing when there is an assessment already.
    """
    from huitong.apps.accounts.services import system_user
    from huitong.apps.assessment.models import Quarter
    from huitong.apps.assessment.selectors import current_facts
    from huitong.apps.assessment.services import freeze_generated, publish_quarter, refresh_preview

    if Quarter.objects.exists():
        return
    acting = system_user()
    now = current_facts()
    period = period_at(beijing_today())
    for age, past in reversed(list(enumerate(_before(period)))):
        at = dt.datetime.combine(past.next.starts + dt.timedelta(days=3), dt.time(9, 30), tzinfo=BEIJING)
        facts = past_facts(now, pack, past, age)
        freeze_generated(acting, quarter=past.code, facts=facts, at=at)
        if age == 0:
            _say(past, _COMMENTS, at + dt.timedelta(days=3))
        publish_quarter(acting, quarter=past.code, at=at + dt.timedelta(days=12))
        if age == 0:
            _say(past, ((*_LATE_COMMENT, ""),), at + dt.timedelta(days=20))
    refresh_preview(acting)


def _before(period: Period) -> list[Period]:
    """The last quarters that are over, newest first."""
    periods = [period.previous]
    while len(periods) < QUARTERS:
        periods.append(periods[-1].previous)
    return periods


def _say(past: Period, comments: tuple[tuple[str, str, str, str, str], ...], at: dt.datetime) -> None:
    """Comment, and answer a day later where there is an answer."""
    from huitong.apps.accounts.selectors import user_by_login
    from huitong.apps.assessment.models import Comment, ScorePart
    from huitong.apps.assessment.services import answer_comment, comment_on_score

    for login, organisation, indicator, text, answer in comments:
        known = ScorePart.objects.filter(
            score__quarter__code=past.code, score__code=organisation, indicator=indicator
        ).exists()
        made = comment_on_score(
            user_by_login(login),
            quarter=past.code,
            organisation=organisation,
            text=text,
            indicator=indicator if known else "",
        )
        if answer:
            answer_comment(user_by_login("admin"), comment=made.pk, text=answer)
        answered_at = at + dt.timedelta(days=1) if answer else None
        Comment.objects.filter(pk=made.pk).update(at=at, answered_at=answered_at)
