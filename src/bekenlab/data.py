"""Facts that are rows: the one way a TOML table of this package is read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

Table = dict[str, Any]

# Not importlib.resources: importing it takes longer than reading all chips, at every start.
_PACKAGE = Path(__file__).parent


def read_table(package: str, name: str) -> Table:
    """Parse a table of a package's ``data`` folder. Not cached: callers keep what they make of it.

    Args:
        package: Path of the package below ``bekenlab``, such as ``chips`` or ``machine/rom``.
        name: Name of the file in its ``data`` folder, such as ``modules.toml``.
    """
    return tomllib.loads((_PACKAGE / package / "data" / name).read_text(encoding="utf-8"))


def table_names(package: str, folder: str = "") -> tuple[str, ...]:
    """Names of all tables in a package's ``data`` folder, or in a folder of it, sorted.

    Each name can be given to ``read_table``.
    """
    data = _PACKAGE / package / "data"
    return tuple(
        sorted(path.relative_to(data).as_posix() for path in (data / folder).glob("*.toml"))
    )
