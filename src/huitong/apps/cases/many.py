"""One action on many cases: each in a transaction of its own, so that one that cannot be acted on holds up no other."""

from __future__ import annotations

from collections.abc import Iterable

from huitong.apps.accounts.models import User
from huitong.apps.cases.acting import act
from huitong.apps.cases.models import CaseType
from huitong.apps.cases.specs import BulkResult
from huitong.apps.labels import language
from huitong.foundation.errors import Terminal

MOST = 200


def act_on_many(
    acting_user: User, *, case_type: str, action: str, wanted: Iterable[tuple[str, int]], comment: str = ""
) -> BulkResult:
    """Take an action that its type offers for many on each case, as it was seen.

    Args:
        wanted: number and version of each, at most :data:`MOST`.

    Raises:
        Terminal: ``cases.bulk_not_offered``.
    """
    row = CaseType.objects.filter(code=case_type).first()
    step = next((one for one in row.as_spec().actions if one.name == action), None) if row else None
    if step is None or not step.bulk:
        raise Terminal("cases.bulk_not_offered", action=action)
    done, failed = [], []
    for number, version in list(wanted)[:MOST]:
        try:
            act(acting_user, number=number, action=action, version=version, comment=comment)
        except Terminal as error:
            failed.append((number, error.detail(language())))
        else:
            done.append(number)
    return BulkResult(tuple(done), tuple(failed))
