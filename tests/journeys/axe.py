"""axe, as the journeys ask it: only for what is wrong, and where many pages are looked at, only for what is new."""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = "color-contrast"
ASK = """async ([about, options]) => {
  const found = await axe.run(about || document, { ...options, resultTypes: ["violations"], preload: false });
  return found.violations.flatMap((one) => one.nodes.map((node) => [one.id, String(node.target), node.failureSummary]));
}"""
"""Nothing is told of what is right: to name every element that passes takes longer than to look at it."""
SORTS = """() => {
  const names = new Map();
  const told = /^(class|type|role|open|disabled|aria-(current|selected|sort|pressed|invalid|disabled))$/;
  for (const node of document.querySelectorAll("html, body, body *")) {
    let text = `${names.get(node.parentElement)} ${node.tagName}`;
    for (const { name, value } of node.attributes) text += told.test(name) ? ` ${name}=${value}` : ` ${name}`;
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let at = 0; at < text.length; at += 1) {
      a = Math.imul(a ^ text.charCodeAt(at), 2654435761);
      b = Math.imul(b ^ text.charCodeAt(at), 1597334677);
    }
    names.set(node, (4294967296 * (2097151 & b) + (a >>> 0)).toString(36));
  }
  return [...new Set(names.values())];
}"""
"""The sorts of elements on a page: alike are those with the same tag, attributes and classes below alike parents."""
TEXTS = """() => {
  const under = new Map(), texts = new Map();
  for (const node of document.querySelectorAll("html, body, body *")) {
    const style = getComputedStyle(node), above = under.get(node.parentElement) || "";
    const { backgroundColor, backgroundImage, opacity } = style;
    const solid = backgroundColor.startsWith("rgb(") && backgroundImage === "none" && opacity === "1";
    const painted = solid || backgroundColor !== "rgba(0, 0, 0, 0)" || backgroundImage !== "none" || opacity !== "1";
    const floats = style.position === "static" || style.position === "relative" ? "" : node.getAttribute("class");
    const own = [backgroundColor, backgroundImage, opacity, floats].join();
    under.set(node, solid && !floats ? own : painted || floats ? `${above} ${own}` : above);
    const speaks = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!speaks && !node.matches("input, select, textarea")) continue;
    if (!node.checkVisibility({ visibilityProperty: true })) continue;
    const look = [style.color, style.fontSize, style.fontWeight, node.matches(":disabled"), under.get(node)].join();
    texts.set(look, [...(texts.get(look) || []), node]);
  }
  return texts;
}"""
"""The looks of texts that are seen: alike are those of one colour and size on the same backgrounds."""
ASK_NEW = f"""async ([known, options]) => {{
  const before = new Set(known);
  const fresh = [...({TEXTS})()].filter(([look]) => !before.has(look));
  const nodes = fresh.flatMap(([, nodes]) => nodes);
  return [fresh.map(([look]) => look), nodes.length ? await ({ASK})([nodes, options]) : []];
}}"""
"""Found and asked about in one go: a page may put other elements in the place of these at any moment."""
Violation = tuple[str, str, str]
"""Rule, place, what is wrong."""


def violations(page: Page) -> list[Violation]:
    """Everything that is wrong with a page in the colours that it has now."""
    return _ask(page, {"runOnly": LEVELS})


@dataclass
class Axe:
    """Looks at many pages of one design, and at no thing twice.

    A page is looked at when its kind is new, or when an element stands on it of a sort that stood nowhere before; then
    at the whole of it. Contrast, which costs the most, is measured in light and dark colours at texts of a new look.
    """

    kinds: set[str] = field(default_factory=set)
    sorts: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def look(self, page: Page, kind: str) -> list[Violation]:
        """What is wrong with the page; it is left in light colours."""
        sorts = set(page.evaluate(SORTS))
        if kind in self.kinds and sorts <= self.sorts:
            return []
        self.kinds.add(kind)
        self.sorts |= sorts
        wrong = _ask(page, {"runOnly": LEVELS, "rules": {COLOURS: {"enabled": False}}})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            known = [list(self.texts), {"runOnly": {"type": "rule", "values": [COLOURS]}}]
            new, found = page.evaluate(ASK_NEW, known)
            wrong += [(f"{scheme} {rule}", place, what) for rule, place, what in found]
            self.texts.update(new)
        return wrong


def _ask(page: Page, options: dict[str, object]) -> list[Violation]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [(rule, place, what) for rule, place, what in page.evaluate(ASK, [None, options])]
