"""Write the tables of ``docs/pins.md`` from the data they describe.

Run it after a change to ``tuya_keys.toml`` or ``led_drivers.toml``::

    python docs/make_tables.py
"""
# ruff: noqa: INP001  a script beside its result, no package

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE = Path(__file__).with_name("pins.md")


def filled(page: str) -> str:
    """The page with the current table between each pair of markers."""
    for name, table in (("keys", keys_table()), ("drivers", drivers_table())):
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        before, _, rest = page.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            message = f"{PAGE.name} needs a pair of markers called {name}"
            raise ValueError(message)
        page = before + begin + table + end + after
    return page


def keys_table() -> str:
    """Every key that names a pin, in the order of the data file."""
    heads = ("Key", "Means", "OpenBeken role", "Channel", "Active level", "Source")
    return _table(heads, (_key_cells(row) for row in _rows("tuya_keys.toml", "key")))


def drivers_table() -> str:
    """Every constant-current LED driver."""
    heads = ("`dmod`", "Driver", "Roles (data, clock)", "Keys of currents (colour; white)")
    return _table(heads, (_driver_cells(row) for row in _rows("led_drivers.toml", "driver")))


def _key_cells(row: dict[str, Any]) -> tuple[str, ...]:
    role = row["role"]
    level = f"`{row['lv']}`" if "lv" in row else ""
    if "default" in row:
        default = row["default"].removeprefix("active_")
        level += f", else {default}" if level else default
    return (
        f"`{row['pattern']}`",
        row["label"],
        "none" if role == "None" else f"`{role}`",
        "-" if role == "None" else str(row["channel"]),
        level or "-",
        row["source"],
    )


def _driver_cells(row: dict[str, Any]) -> tuple[str, ...]:
    rgb, white = (", ".join(f"`{key}`" for key in row[name]) for name in ("rgb", "white"))
    return (
        ", ".join(str(number) for number in row["dmod"]) or "-",
        row["name"],
        f"`{row['data']}`, `{row['clock']}`",
        f"{rgb or '-'}; {white or '-'}",
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _rows(name: str, kind: str) -> list[dict[str, Any]]:
    text = (files("bekenlab.pins") / "data" / name).read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)[kind]
    return rows


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
