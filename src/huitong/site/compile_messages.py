"""Compile the translations: ``python -m huitong.site.compile_messages``; needs polib, which developers have."""

from __future__ import annotations

from pathlib import Path

import polib


def main() -> None:
    """Write the ``.mo`` beside every ``.po``: of the site, and of each app."""
    for source in sorted(Path(__file__).parents[1].glob("**/locale/*/LC_MESSAGES/*.po")):
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))


if __name__ == "__main__":
    main()
