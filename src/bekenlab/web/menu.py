"""The menu of the pages; a page that is to be found there gets a row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page in the menu.

    Attributes:
        name: Of its template and its section in the catalogue, which holds ``title`` and ``menu``.
        path: Where it is.
    """

    name: str
    path: str


MENU: tuple[MenuItem, ...] = (
    MenuItem("guide", "/guide"),
    MenuItem("dump", "/dump"),
    MenuItem("device", "/device"),
    MenuItem("bench", "/bench"),
    MenuItem("photo", "/photo"),
    MenuItem("jobs", "/jobs"),
)
