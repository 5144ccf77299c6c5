"""The design document names every component's tag."""

from __future__ import annotations

from pathlib import Path

from huitong.site.templatetags.ht import register

DESIGN = (Path(__file__).parents[2] / "docs" / "design.md").read_text(encoding="utf-8")
PARTS = {"endempty", "enddialog"}


def test_every_tag_is_in_the_design_document() -> None:
    assert [name for name in register.tags if name not in PARTS and f"{{% {name}" not in DESIGN] == []
