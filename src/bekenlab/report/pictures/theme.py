"""The colours of the pictures, and their style sheet.

Every shape has its light colour, which any program can show, and a class. The style sheet gives the
class a custom property, which follows the reader's theme or is set by the surrounding page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from bekenlab.data import read_table

ROOT_CLASS = "bl-picture"
"""Class of the root of every picture; a page can set the custom properties on it."""

FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
"""Fonts of every picture."""

_GROUND = "page"
_STROKES = ("ink", "muted", "line", "trace", "copper", "page", "board-ink")


@dataclass(frozen=True, slots=True)
class Paint:
    """A class: the property it colours, and the colour in both themes."""

    attribute: str
    light: str
    dark: str


@cache
def paints() -> dict[str, Paint]:
    """Paints by class name, without the prefix ``bl-``.

    ``ink`` fills and ``ink-line`` strokes; ``kind-relay`` is the background of a kind of pad,
    ``kind-relay-on`` its text and ``kind-relay-line`` its line; ``region-app`` a region of flash.
    """
    table = _palette()
    found = {name: Paint("fill", *pair) for name, pair in table["colours"].items()}
    found |= {f"{name}-line": Paint("stroke", *table["colours"][name]) for name in _STROKES}
    for group in ("kinds", "wires", "regions"):
        for name, parts in table[group].items():
            stem = f"{group[:-1]}-{name}"
            found[stem] = Paint("fill", *parts["fill"])
            found[f"{stem}-line"] = Paint("stroke", *parts["fill"])
            if "on" in parts:
                found[f"{stem}-on"] = Paint("fill", *parts["on"])
    return found


def kinds() -> tuple[str, ...]:
    """Kinds of pads, in the order of a legend."""
    return tuple(_palette()["kinds"])


@cache
def _palette() -> dict[str, Any]:
    return read_table("report/pictures", "palette.toml")


@cache
def stylesheet(*, switched: bool = False) -> str:
    """CSS for a page that shows pictures inline; contains only the palette.

    Args:
        switched: Whether the page has a theme switch: its property ``color-scheme`` then says which
            colours are meant. A browser that does not know ``light-dark`` shows the light ones.
    """
    size = f".{ROOT_CLASS}{{max-width:100%;height:auto;font-family:{FONT}}}"
    if switched:
        rules = [size, *(_switched_rule(name, paint) for name, paint in paints().items())]
        return "\n".join(rules) + "\n"
    names = {name: paint for name, paint in paints().items() if not name.endswith("-line")}
    light = "".join(f"--bl-{name}:{paint.light};" for name, paint in names.items())
    dark = "".join(f"--bl-{name}:{paint.dark};" for name, paint in names.items())
    rules = [
        f".{ROOT_CLASS}{{{light}}}",
        f"@media screen and (prefers-color-scheme:dark){{.{ROOT_CLASS}{{{dark}}}}}",
        size,
        *(
            f".bl-{name}{{{paint.attribute}:var(--bl-{name.removesuffix('-line')},{paint.light})}}"
            for name, paint in paints().items()
        ),
    ]
    return "\n".join(rules) + "\n"


def _switched_rule(name: str, paint: Paint) -> str:
    """The colours of a class, in a page with a switch."""
    colour = f"light-dark({paint.light},{paint.dark})"
    if name.removesuffix("-line") == _GROUND:  # which is that of what the picture lies on
        colour = f"var(--bl-{_GROUND},{colour})"
    return f".bl-{name}{{{paint.attribute}:{colour}}}"
