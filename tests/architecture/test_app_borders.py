"""Apps meet through services, selectors and specs. What goes past them is listed here, and the list only shrinks."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

APPS = Path(__file__).parents[2] / "src" / "huitong" / "apps"
PUBLIC = {"services", "selectors", "specs"}
REGISTRIES = {
    "accounts.models",  # the user, whom every service is handed
    "accounts.visibility",  # what a user may see: a base of query sets
    "accounts.calendar_watch",
    "accounts.tree_watch",
    "cases.registry",
    "cases.titles",
    "catalog.checking",  # who else knows of findings
    "catalog.effects",
    "collection.run_watch",
    "ledger.owners",
    "ledger.purposes",
}
"""Where an app lets others hook in, so that calls can go against the direction of imports; facts are another."""
PAST_THE_BORDER = {
    "assessment.models": "packs",
    "cases.answered": "demand",
    "cases.forms": "disputes",
    "cases.late": "screen",
    "cases.models": "catalog demand disputes packs registry",
    "cases.wording": "demand",
    "catalog.models": "collection demand disputes libraries overview packs public registry screen sharing",
    "catalog.rule_words": "collection overview",
    "catalog.views": "overview",
    "collection.failing": "overview",
    "collection.models": "catalog disputes overview packs public screen",
    "collection.reading": "catalog",
    "collection.target_words": "overview",
    "collection.trends": "catalog",
    "collection.views": "catalog overview",
    "demand.models": "packs",
    "ledger.models": "screen",
    "libraries.field_words": "sharing",
    "libraries.models": "disputes overview packs",
    "libraries.records": "disputes",
    "overview.lineage": "catalog sharing",
    "overview.views": "public",
    "public.guides": "help",
    "sharing.models": "demand disputes overview packs registry",
    "sharing.narrowing": "demand",
    "sharing.openly": "public",
}
"""Module → the apps that import it although it is none of their business. Take away what you mend; add nothing."""


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _across_borders() -> dict[str, set[str]]:
    """Modules of one app that another one imports, and which do."""
    apps = {folder.name for folder in APPS.iterdir() if (folder / "__init__.py").exists()}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for file in APPS.rglob("*.py"):
        app = file.relative_to(APPS).parts[0]
        if app not in apps or "migrations" in file.parts:
            continue
        for name in _imports(file):
            words = name.split(".")
            if words[:2] == ["huitong", "apps"] and len(words) > 3 and words[2] in apps - {app}:
                found[f"{words[2]}.{words[3]}"].add(app)
    return found


def test_apps_import_each_other_only_through_their_front_doors() -> None:
    past = {
        module: importers
        for module, importers in _across_borders().items()
        if module not in REGISTRIES and module.split(".")[1] not in PUBLIC | {"facts"}
    }
    new = {module: sorted(who - set(PAST_THE_BORDER.get(module, "").split())) for module, who in past.items()}
    assert {module: who for module, who in new.items() if who} == {}, "go through services, selectors, specs"
    mended = {module: sorted(set(who.split()) - past.get(module, set())) for module, who in PAST_THE_BORDER.items()}
    assert {module: who for module, who in mended.items() if who} == {}, "mended: take it off the list"
