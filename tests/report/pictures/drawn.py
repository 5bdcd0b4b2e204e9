"""A picture read back: its tree, its labels with the room they take, and its classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from bekenlab.report.pictures.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class Box:
    """The room a text takes."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def tree(svg: str) -> Element:
    return ET.fromstring(svg)  # noqa: S314  our own output


def view_box(svg: str) -> tuple[float, float]:
    _, _, width, height = (float(n) for n in tree(svg).attrib["viewBox"].split())
    return width, height


def texts(svg: str) -> list[Box]:
    """Every text with the room it takes in the picture."""
    return list(_texts(tree(svg), (0.0, 0.0)))


def _texts(node: Element, shift: tuple[float, float]) -> Iterator[Box]:
    moved = re.fullmatch(r"translate\((\S+) (\S+)\)", node.attrib.get("transform", ""))
    if moved:
        shift = (shift[0] + float(moved[1]), shift[1] + float(moved[2]))
    if node.tag == f"{SVG}text":
        parts = [(span.text or "", "strong" * ("font-weight" in span.attrib)) for span in node]
        size = float(node.attrib["font-size"])
        width = text_width([(text.strip(), paint) for text, paint in parts], size)
        x, y = float(node.attrib["x"]) + shift[0], float(node.attrib["y"]) + shift[1]
        left = {"start": x, "middle": x - width / 2, "end": x - width}[node.attrib["text-anchor"]]
        text = "".join(text for text, _ in parts)
        yield Box(text, left, y - size * 0.75, left + width, y + size * 0.2)
    for child in node:
        yield from _texts(child, shift)


def classes(svg: str) -> set[str]:
    return {name for node in tree(svg).iter() for name in node.attrib.get("class", "").split()}


def tooltips(svg: str) -> list[str]:
    """Titles of the groups, without that of the picture."""
    return [node.text or "" for node in tree(svg).iter(f"{SVG}title")][1:]
