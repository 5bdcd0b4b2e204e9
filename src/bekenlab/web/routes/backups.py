"""``/api/backups``: what was read from devices, kept in the user's folder."""

from __future__ import annotations

ROUTES = ()
