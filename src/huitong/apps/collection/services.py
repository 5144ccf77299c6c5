"""Writes of collection."""

from __future__ import annotations

from huitong.apps.collection.chains import Watch, chain_is_complete, chain_length, run_chain
from huitong.apps.collection.declaring import bind_variables, put_source, remove_source
from huitong.apps.collection.exporting import record_export
from huitong.apps.collection.queueing import chain_end, queue_chain, queue_run
from huitong.apps.collection.recovering import Recovered, process_is_gone, recover_runs
from huitong.apps.collection.running import (
    check_item_now,
    collect_item_now,
    fuse_library_now,
    publish_now,
    this_process,
)
from huitong.apps.collection.stopping import allow_chains, stop_chains
from huitong.apps.collection.stores import close_stores

__all__ = [
    "Recovered",
    "Watch",
    "allow_chains",
    "bind_variables",
    "chain_end",
    "chain_is_complete",
    "chain_length",
    "check_item_now",
    "close_stores",
    "collect_item_now",
    "fuse_library_now",
    "process_is_gone",
    "publish_now",
    "put_source",
    "queue_chain",
    "queue_run",
    "record_export",
    "recover_runs",
    "remove_source",
    "run_chain",
    "stop_chains",
    "this_process",
]
