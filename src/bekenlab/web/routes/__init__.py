"""Pages and API, one module each, registered here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.web.routes import (
    api,
    backups,
    bench,
    chips,
    device,
    dump,
    dumps,
    jobs,
    photo,
    pictures,
    ports,
    start,
)

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page in the menu.

    Attributes:
        name: Name of its template and of its section in the catalogue, which has ``title`` and
        ``menu``.
        path: Path of the page.
    """

    name: str
    path: str


MENU: tuple[MenuItem, ...] = (
    MenuItem("dump", "/dump"),
    MenuItem("device", "/device"),
    MenuItem("bench", "/bench"),
    MenuItem("photo", "/photo"),
)

ROUTES: tuple[BaseRoute, ...] = (
    *start.ROUTES,
    *dump.ROUTES,
    *device.ROUTES,
    *bench.ROUTES,
    *dumps.ROUTES,
    *photo.ROUTES,
    *pictures.ROUTES,
    *ports.ROUTES,
    *backups.ROUTES,
    *jobs.ROUTES,
    *chips.ROUTES,
    *api.ROUTES,
)
