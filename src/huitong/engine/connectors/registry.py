"""Which connector reads which kind of source."""

from __future__ import annotations

from huitong.engine.connectors.csv_file import CsvConnector
from huitong.engine.connectors.html_table import HtmlConnector
from huitong.engine.connectors.mysql import MysqlConnector
from huitong.engine.connectors.postgresql import PostgresqlConnector
from huitong.engine.connectors.protocol import Connector
from huitong.engine.connectors.spreadsheet import SpreadsheetConnector
from huitong.engine.connectors.sqlite import SqliteConnector
from huitong.engine.declarations.sources import SourceKind

CONNECTORS: dict[SourceKind, Connector] = {
    "sqlite": SqliteConnector(),
    "mysql": MysqlConnector(),
    "postgresql": PostgresqlConnector(),
    "csv": CsvConnector(),
    "xlsx": SpreadsheetConnector(),
    "html": HtmlConnector(),
}
