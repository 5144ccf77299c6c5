"""What a request looks like as a query: for the run ledger, and for people."""

from __future__ import annotations

from sqlglot import exp

from huitong.engine.connectors.protocol import ReadRequest
from huitong.engine.connectors.streams import watermark_text


def described(request: ReadRequest, dialect: str, *, name: str = "", schema: str = "") -> str:
    """Return the request as a query in ``dialect``, without the conversions that a connector adds.

    Args:
        name: the table, where ``request.object`` is more than its name.
        schema: the table's schema, "" for none.
    """
    names = [exp.column(exp.to_identifier(name, quoted=True)) for name in request.columns]
    table = exp.table_(name or request.object, db=schema or None, quoted=True)
    query = exp.select(*(names or ["*"])).from_(table)
    if request.watermark:
        column = exp.column(exp.to_identifier(request.watermark.column, quoted=True))
        after = request.watermark.after
        value = exp.Literal.number(after) if isinstance(after, int) else exp.Literal.string(watermark_text(after))
        query = query.where(exp.or_(column >= value, column.copy().is_(exp.null())))
    return query.sql(dialect)
