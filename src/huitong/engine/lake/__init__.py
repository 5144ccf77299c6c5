"""The lake: DuckLake tables, one write lock, transactions, snapshots and the change feed."""

from huitong.engine.lake.extensions import Connection
from huitong.engine.lake.lake import Lake, open_lake

__all__ = ["Connection", "Lake", "open_lake"]
