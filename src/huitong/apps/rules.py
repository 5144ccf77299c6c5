"""What a broken rule is called on a page. Rules derived from data elements are named by their code alone."""

from __future__ import annotations


def rule_text(code: str) -> str:
    """Return the rule ``code`` in words, or the code itself when nobody has words for it."""
    return code
