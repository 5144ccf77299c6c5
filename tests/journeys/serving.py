"""Serve the tests' town as an installation of its own: ``python -m tests.journeys.serving HOME PORT``."""

from __future__ import annotations

import sys
from pathlib import Path

from huitong.cli.session import open_session


def main(home: Path, port: int) -> None:
    """Build the town under ``home``, run the whole chain on it, serve it until stopped."""
    settings = open_session(home, demo=True)
    from tests.apps.town import PACK, build_town

    from huitong.apps.accounts.services import system_user
    from huitong.apps.collection.services import bind_variables, run_chain
    from huitong.apps.packs.services import apply_pack
    from huitong.apps.sharing.services import write_policy
    from huitong.cli.serving import serve_site

    build_town(home / "town")
    apply_pack(system_user(), PACK)
    bind_variables(codes=[source.code for source in PACK.sources], variables={"town": str(home / "town")})
    run_chain(system_user())
    write_policy()
    serve_site(settings, host="127.0.0.1", port=port)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
