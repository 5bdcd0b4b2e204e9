"""Builds HTML as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

from bekenlab.report.pictures.svg import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

Content = Element | str | None


def el(tag: str, *content: Content, cls: str = "", **attributes: str) -> Element:
    """Make an element.

    Args:
        tag: Name of the element.
        content: Texts and elements in order; None is skipped.
        cls: Classes.
        attributes: Attributes, with ``_`` for ``-``.
    """
    made = Element(tag, {name.replace("_", "-"): clean(text) for name, text in attributes.items()})
    if cls:
        made.set("class", cls)
    for part in content:
        _append(made, part)
    return made


def table(heads: Iterable[str], rows: Iterable[Iterable[Content]], caption: str) -> Element:
    """Make a table that scrolls on a narrow screen; its first column is the row header."""
    titles = tuple(heads)
    body = el("tbody")
    for first, *others in rows:
        cells = [
            el("td", el("span", cell), data_label=title)
            for title, cell in zip(titles[1:], others, strict=True)
        ]
        body.append(el("tr", el("th", first, scope="row"), *cells))
    head = el("thead", el("tr", *(el("th", title, scope="col") for title in titles)))
    made = el("table", el("caption", caption, cls="quiet"), head, body)
    return el("div", made, cls="scroll", tabindex="0", role="region", aria_label=caption)


def document(root: Element) -> str:
    """Serialise the document."""
    return "<!doctype html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def _append(parent: Element, part: Content) -> None:
    if part is None:
        return
    if isinstance(part, str):
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + clean(part)
        else:
            parent.text = (parent.text or "") + clean(part)
    else:
        parent.append(part)
