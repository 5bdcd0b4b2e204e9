"""Read the TOML tables of facts that ship with this package."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

Table = dict[str, Any]

# Not importlib.resources: importing it takes longer than reading all chips.
_PACKAGE = Path(__file__).parent


def read_table(package: str, name: str) -> Table:
    """Parse a table in a package's ``data`` folder. Not cached: callers keep what they make of it.

    Args:
        package: Path of the package below ``bekenlab``, e.g. ``chips`` or ``machine/rom``.
        name: Name of the file in its ``data`` folder, e.g. ``modules.toml``.
    """
    return tomllib.loads((_PACKAGE / package / "data" / name).read_text(encoding="utf-8"))


def table_names(package: str, folder: str = "") -> tuple[str, ...]:
    """Sorted names, for ``read_table``, of all tables in a package's ``data`` folder.

    Args:
        package: Path of the package below ``bekenlab``.
        folder: Only the tables in this folder below ``data``.
    """
    data = _PACKAGE / package / "data"
    return tuple(
        sorted(path.relative_to(data).as_posix() for path in (data / folder).glob("*.toml"))
    )
