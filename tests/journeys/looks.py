"""How the gallery looks: its parts as pictures, small and few, compared with a tolerance that forgives smoothing only.

A sheet holds every part of the gallery in one look (colours, language, width) one below the other, at half size: half
size forgives what differs between two builds of a browser in the smoothing of an edge. It forgives a pale line of one
pixel too, when it is gone; a colour, an icon, a word or a block that is not in its place it does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

SHRINK = 2
FAR = 36
"""Of 255: a colour channel that differs by less is the same colour, smoothed."""
TILE = 12
MOST_OF_TILE = 0.15
"""The share of a tile of 24 × 24 pixels of the page that may differ: an edge moved by 4 pixels is more."""
MOST_OF_PART = 0.0015
"""The share of a whole part that may differ."""
STEP = 12
"""Colours are kept in steps of this size, so that sheets are small."""
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet:
    """The parts of the gallery in one look."""

    parts: Mapping[str, Image.Image]

    @classmethod
    def of_page(cls, shot: bytes, boxes: Mapping[str, Box]) -> Sheet:
        """Cut the parts out of a screenshot of the whole page."""
        page = Image.open(BytesIO(shot)).convert("RGB")
        return cls({name: page.crop(box).reduce(SHRINK) for name, box in boxes.items()})

    @classmethod
    def read(cls, file: Path) -> Sheet:
        """Read a sheet that was kept."""
        whole = Image.open(file).convert("RGB")
        places: dict[str, Box] = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        return cls({name: whole.crop(box) for name, box in places.items()})

    def keep(self, file: Path) -> None:
        """Write the sheet, and beside it where each part stands on it."""
        width = max(part.width for part in self.parts.values())
        whole = Image.new("RGB", (width, sum(part.height for part in self.parts.values())), "white")
        places: dict[str, Box] = {}
        top = 0
        for name, part in self.parts.items():
            whole.paste(part, (0, top))
            places[name] = (0, top, part.width, top + part.height)
            top += part.height
        file.parent.mkdir(parents=True, exist_ok=True)
        few = whole.point([min(255, round(value / STEP) * STEP) for value in range(256)] * 3)
        few.save(file, "WEBP", lossless=True, quality=100, method=4)
        file.with_suffix(".json").write_text(json.dumps(places, indent=0) + "\n", encoding="utf-8")


def differences(kept: Sheet, now: Sheet, folder: Path) -> list[str]:
    """Compare two sheets; for each part that looks different, save both and what differs under ``folder``."""
    wrong = [f"{name}: is not on the kept sheet" for name in now.parts.keys() - kept.parts.keys()]
    for name, before in kept.parts.items():
        after = now.parts.get(name)
        problem = "is gone" if after is None else difference(before, after)
        if problem is None:
            continue
        wrong.append(f"{name}: {problem}")
        if after is not None:
            folder.mkdir(parents=True, exist_ok=True)
            beside(before, after).save(folder / f"{name}.png")
    return sorted(wrong)


def difference(before: Image.Image, after: Image.Image) -> str | None:
    """Say how two pictures of a part differ; None when they look the same."""
    if before.size != after.size:
        (was, high), (now, tall) = before.size, after.size
        return f"was {was * SHRINK} × {high * SHRINK}, is {now * SHRINK} × {tall * SHRINK}"
    mask = _mask(before, after)
    whole = sum(mask.histogram()[1:]) / (mask.width * mask.height)
    if whole > MOST_OF_PART:
        return f"{whole:.2%} of it differs"
    across, down = -(-mask.width // TILE), -(-mask.height // TILE)
    padded = Image.new("L", (across * TILE, down * TILE))
    padded.paste(mask)
    worst = padded.reduce(TILE).getextrema()[1]
    assert isinstance(worst, int)
    if worst > 255 * MOST_OF_TILE:
        return f"{worst / 255:.0%} of one place differs"
    return None


def beside(before: Image.Image, after: Image.Image) -> Image.Image:
    """What was, what is, and in red what differs, one beside the other."""
    size = (max(before.width, after.width), max(before.height, after.height))
    first, second = (Image.new("RGB", size, "white") for _ in range(2))
    first.paste(before)
    second.paste(after)
    third = Image.blend(second, Image.new("RGB", size, "white"), 0.7)
    third.paste((220, 0, 0), mask=_mask(first, second))
    sheet = Image.new("RGB", (3 * size[0] + 40, size[1]), "#888888")
    for at, part in enumerate((first, second, third)):
        sheet.paste(part, (at * (size[0] + 20), 0))
    return sheet


def _mask(before: Image.Image, after: Image.Image) -> Image.Image:
    red, green, blue = ImageChops.difference(before, after).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([0] * FAR + [255] * (256 - FAR))
