"""The lake: DuckLake tables, one write lock, transactions, snapshots and the change feed."""

from huitong.engine.lake.lake import Connection, Lake, open_lake

__all__ = ["Connection", "Lake", "open_lake"]
