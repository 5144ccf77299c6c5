"""Serve the tests' town as an installation of its own: ``python -m tests.journeys.serving HOME PORT [furnished]``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from tests.journeys.clocks import follow_clock

from huitong.cli.session import open_session


def main(home: Path, port: int, *how: str) -> None:
    """Build the town under ``home``, run the whole chain on it, serve it until stopped.

    ``furnished`` lets people have been at work in it, for the guide and the tour.
    """
    settings = open_session(home, demo=True)
    from tests.apps.demand_town import set_up
    from tests.apps.test_catalog_checks import CLASSES
    from tests.apps.town import PACK, build_town

    from huitong.apps.accounts.services import system_user
    from huitong.apps.cases.services import put_case_type
    from huitong.apps.catalog.services import put_codelist
    from huitong.apps.collection.services import bind_variables, run_chain
    from huitong.apps.packs.services import apply_pack
    from huitong.apps.sharing.services import write_policy
    from huitong.cli.serving import serve_site
    from huitong.config import worker
    from huitong.engine.declarations.load import load_pack

    build_town(home / "town")
    apply_pack(system_user(), PACK)
    for case_type in load_pack("standards").case_types:
        put_case_type(system_user(), spec=case_type)
    put_codelist(system_user(), spec=CLASSES)
    bind_variables(codes=[source.code for source in PACK.sources], variables={"town": str(home / "town")})
    set_up()
    run_chain(system_user())
    assess_last_quarters()
    write_policy()
    if "furnished" in how:
        from tests.journeys.furnishing import furnish

        furnish()
    worker.CLOCK_SECONDS = 0.5
    follow_clock(home)
    serve_site(settings, host="127.0.0.1", port=port)


def assess_last_quarters() -> None:
    """Make the two quarters before this one ready to be frozen: as if the town's catalog had been listed then."""
    from tests.apps.assessing import INDICATORS, NOW

    from huitong.apps.accounts.services import system_user
    from huitong.apps.assessment.services import put_indicator
    from huitong.apps.catalog.models import ItemVersion

    for one in INDICATORS:
        put_indicator(system_user(), spec=one)
    ItemVersion.objects.update(at=dt.datetime.combine(NOW.previous.previous.starts, dt.time(12), tzinfo=dt.UTC))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
