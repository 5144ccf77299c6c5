"""What a request looks like as a query: for the run ledger, and for people."""

from __future__ import annotations

from sqlglot import exp

from huitong.engine.connectors.failures import place
from huitong.engine.connectors.protocol import ReadRequest
from huitong.engine.connectors.watermarks import watermark_text
from huitong.engine.declarations.sources import Source


def described(source: Source, request: ReadRequest, dialect: str, *, name: str = "", schema: str = "") -> str:
    """Return the request as a query in ``dialect``, without the conversions that a connector adds, and its place.

    Args:
        name: the table, where ``request.object`` is more than its name.
        schema: the table's schema, "" for none.
    """
    names: list[exp.Expression] = [exp.column(exp.to_identifier(each, quoted=True)) for each in request.columns]
    table = exp.table_(name or request.object, db=schema or None, quoted=True)
    query = exp.select(*(names or [exp.Star()])).from_(table)
    if request.watermark:
        column = exp.column(exp.to_identifier(request.watermark.column, quoted=True))
        after = request.watermark.after
        value = exp.Literal.number(after) if isinstance(after, int) else exp.Literal.string(watermark_text(after))
        query = query.where(exp.or_(column >= value, column.copy().is_(exp.null())))
    return f"{query.sql(dialect)} -- {place(source)}"


def described_page(source: Source, request: ReadRequest) -> str:
    """Return what is asked of a site, in the manner of its protocol."""
    columns = ", ".join(request.columns) or "*"
    after = f" AFTER {request.watermark.column} {watermark_text(request.watermark.after)}" if request.watermark else ""
    return f"GET {place(source)} TABLE {request.object or 'table'} COLUMNS {columns}{after}"
