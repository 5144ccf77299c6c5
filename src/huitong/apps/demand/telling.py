"""Who else is told what came of a demand: the departments that joined it."""

from __future__ import annotations

from django.urls import reverse

from huitong.apps.accounts.models import User
from huitong.apps.accounts.selectors import users_for
from huitong.apps.cases.models import Case
from huitong.apps.demand.demanding import APPLICANTS
from huitong.apps.demand.models import Joiner
from huitong.apps.notices.services import tell
from huitong.apps.notices.specs import Telling


def tell_joiners(user: User, case: Case) -> None:
    """Tell the officers of every department that joined a demand how it stands now (a hook of its outcomes).

    Who filed it is told by the case engine itself.
    """
    joiners = Joiner.objects.filter(need__case=case).select_related("organisation", "user")
    organisations = [one.organisation for one in joiners]
    if not organisations:
        return
    officers = [officer for one in organisations for officer in users_for(one.pk, APPLICANTS)]
    called = [one for one in (*officers, *(one.user for one in joiners)) if one.is_active and one.pk != user.pk]
    state = case.type.as_spec().state(case.state)
    telling = Telling(
        event=f"demand.{case.state}",
        title=f"本单位加入的需求{state.title}：{case.title}",
        title_en=f"A demand you joined: {state.title_en}: {case.title}",
        href=reverse("demand:demand", args=[case.number]),
        about=case.number,
    )
    tell(telling, users=called, organisations=organisations)
