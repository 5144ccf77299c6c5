"""A process that runs the chain is killed at any moment: the books and the lake agree again after the next start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.apps.town import build_town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SETUP = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "huitong.config.settings"
sys.path.insert(0, os.environ["ROOT"])
import django
django.setup()
from django.core.management import call_command
from huitong.apps.accounts.services import system_user
from huitong.apps.collection.models import Run, TableState
from huitong.apps.collection.selectors import the_lake
from huitong.apps.collection.services import recover_runs, run_chain
from huitong.apps.packs.services import apply_pack
from tests.apps.town import PACK
call_command("migrate", verbosity=0)
user = system_user()
apply_pack(user, PACK, variables={"town": os.environ["TOWN"]})
"""
FOREVER = SETUP + "recover_runs()\nprint('begun', flush=True)\nwhile True:\n    run_chain(user, full=True)\n"
SETTLE = (
    SETUP
    + """
recover_runs()
assert not Run.objects.filter(state="running").exists()
with the_lake().reader() as con:
    committed = {row[0] for row in con.execute("SELECT run_id FROM meta.runs").fetchall()}
known = set(Run.objects.filter(kind="collect", state="done").values_list("lake_run", flat=True))
assert known == committed, (known, committed)
report = run_chain(user)
assert report.failures == (), report
sizes = the_lake().row_counts()
for state in TableState.objects.all():
    assert sizes.get((state.schema, state.name), 0) == state.rows, state
print("settled", Run.objects.filter(error="jobs.interrupted").count())
"""
)


def test_books_and_lake_agree_after_kills(tmp_path: Path) -> None:
    build_town(tmp_path / "town")
    environment = {
        **os.environ,
        "HUITONG_HOME": str(tmp_path / "var"),
        "HUITONG_DATABASE_URL": "",
        "TOWN": str(tmp_path / "town"),
        "ROOT": str(Path(__file__).parents[2]),
    }
    for delay in (0.3, 1.1, 2.3):
        process = subprocess.Popen([sys.executable, "-c", FOREVER], env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline() == b"begun\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        settled = subprocess.run([sys.executable, "-c", SETTLE], env=environment, capture_output=True, text=True)
        assert settled.returncode == 0, settled.stderr
        assert settled.stdout.startswith("settled"), settled.stdout
