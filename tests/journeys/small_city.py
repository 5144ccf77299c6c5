"""Serve a city of one leader and nothing else: ``python -m tests.journeys.small_city HOME PORT [BUILD]``.

It is there in seconds, so that tests can kill it and start it again. BUILD stands for another version of the screen.
"""

from __future__ import annotations

import sys
from pathlib import Path

from huitong.cli.session import open_session

PASSWORD = "small-city-password"


def main(home: Path, port: int, build: str) -> None:
    """Declare the leader, serve until stopped."""
    settings = open_session(home, demo=True)
    from huitong.apps.accounts.services import put_organisation, put_user, system_user
    from huitong.apps.screen import selectors
    from huitong.cli.serving import serve_site
    from huitong.engine.declarations import people

    city = people.Organisation(
        code="city", title="小城市人民政府", title_en="Small City Government", kind="government", division="341500"
    )
    put_organisation(system_user(), spec=city)
    leader = people.User(login="leader", name="市领导", organisation="city", role="leader", password=PASSWORD)
    put_user(system_user(), spec=leader)
    if build:
        selectors.program = lambda: build  # type: ignore[assignment]
    serve_site(settings, host="127.0.0.1", port=port)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
