"""The first days of the demo: officials look the demo's citizens up, so that "who used my data" has something to say.

These are real look-ups, with real evidence; what they were for is invented, as the people are.
"""

from __future__ import annotations

from huitong.engine.declarations.pack import Pack

LIBRARY = "population"
USES = (
    ("hrss", "失业保险金申领，核对身份和户籍", "RS-2026-000118"),
    ("fund", "公积金提取，核对婚姻状况，免交证明", "GJJ-2026-004210"),
    ("police", "居住证换领，核对住址", "GA-2026-002377"),
)
"""Who looked (login), what for, for which case."""


def leave_uses(pack: Pack) -> int:
    """Look up every citizen of the pack as several officials. Returns how many records of evidence that left."""
    from huitong.apps.accounts.models import User
    from huitong.apps.ledger.services import close_desk, import_evidence
    from huitong.apps.libraries.services import look_up

    people = [user.person for user in pack.users if user.role == "citizen" and user.person]
    officials = {user.login: user for user in User.objects.filter(login__in=[login for login, *_ in USES])}
    done = 0
    for person in people:
        for login, purpose, case in USES:
            if login in officials:
                look_up(officials[login], library=LIBRARY, key=person, purpose=purpose, case=case)
                done += 1
    close_desk()  # the process that serves has a desk of its own
    import_evidence()
    return done
