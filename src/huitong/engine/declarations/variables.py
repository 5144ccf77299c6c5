"""``${NAME}`` in a source's location: from the caller's variables, then the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import msgspec

from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import Terminal

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def expand_source(source: Source, variables: Mapping[str, str]) -> Source:
    """Return the source with every ``${NAME}`` of its location filled in.

    Raises:
        Terminal: ``pack.variable_missing`` names the variable and the source.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        found = variables.get(name) or os.environ.get(name)
        if not found:
            raise Terminal("pack.variable_missing", name=name, source=source.code)
        return found

    return msgspec.structs.replace(source, location=_VARIABLE.sub(value, source.location))
