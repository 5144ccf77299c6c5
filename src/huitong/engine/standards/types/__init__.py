"""Types of data elements: how text becomes a value."""

from huitong.engine.standards.types import boolean, date, datetime, decimal, integer, string
from huitong.engine.standards.types.protocol import TypeReader

TYPES: dict[str, TypeReader] = {
    module.TYPE.name: module.TYPE for module in (string, integer, decimal, date, datetime, boolean)
}
"""Every type by the name that data elements use."""
