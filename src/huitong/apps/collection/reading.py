"""Sources at work: expanded for a connector, to look at them before they are linked."""

from __future__ import annotations

from django.conf import settings

from huitong.apps.accounts.visibility import Viewer
from huitong.apps.collection.selectors import access_source
from huitong.engine.connectors.protocol import SourceObject
from huitong.engine.connectors.registry import CONNECTORS
from huitong.engine.declarations import sources
from huitong.engine.declarations.variables import expand_source
from huitong.engine.profiling import ObjectProfile, profile_object


def source_objects(viewer: Viewer, code: str) -> tuple[SourceObject, ...]:
    """List the tables, files or sheets of a source that ``viewer`` may see, as they are now.

    Raises:
        Terminal, Transient: ``people.not_found``, or a ``source.…`` code when it cannot be read.
    """
    source = _expanded(viewer, code)
    return CONNECTORS[source.kind].objects(source)


def source_profile(viewer: Viewer, code: str, object_name: str) -> ObjectProfile:
    """Describe the columns of one object by its first rows. The values in it are clear: mask before showing any.

    Raises:
        Terminal, Transient: as :func:`source_objects`.
    """
    return profile_object(_expanded(viewer, code), object_name)


def _expanded(viewer: Viewer, code: str) -> sources.Source:
    row = access_source(viewer, code)
    return expand_source(row.as_spec(), {"home": str(settings.HUITONG.home), **row.bound})
