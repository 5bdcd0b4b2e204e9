"""Pages and API, one module each, registered here.

The menu is in ``web.menu``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.web.routes import (
    api,
    backups,
    bench,
    chips,
    device,
    dump,
    dumps,
    events,
    job_list,
    jobs,
    photo,
    pictures,
    ports,
    start,
    unfinished,
)

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


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
    *events.ROUTES,
    *unfinished.ROUTES,
    *job_list.ROUTES,
    *chips.ROUTES,
    *api.ROUTES,
)
