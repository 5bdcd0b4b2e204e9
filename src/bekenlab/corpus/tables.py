"""The tables of a corpus: their columns, and what each means.

Every text in them has passed ``clean``: no Wi-Fi name, password, key, uuid or MAC address enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bekenlab.secrecy.hide import hide_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, Any]
"""A row: values by column; a missing column is null."""

Rows = dict[str, list[Row]]
"""Rows by table."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        name: Its name.
        key: Columns that tell what a row is about: of several bundles, the latest one counts.
        columns: Type by column: ``text``, ``int``, ``float``, ``bool``, ``hashes`` or ``ints``.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, str]

    def complete(self, row: Mapping[str, Any]) -> Row:
        """The row with every column, and with no secret in its texts."""
        return {
            name: clean(row.get(name)) if kind == "text" else row.get(name)
            for name, kind in self.columns.items()
        }


@lru_cache(maxsize=8192)
def clean(text: str | None) -> str | None:
    """A text without the secrets in it."""
    return None if text is None else hide_text(str(text))


_OF_DUMP = {"dump": "text"}
# Which bundle a row came with: later runs have greater names.
_BUNDLE = {"bundle": "text"}

FILES = Table(
    "files",
    ("place",),
    {
        "place": "text",
        "file": "text",
        "member": "text",
        "size": "int",
        "modified": "int",
        "status": "text",
        "error": "text",
        "message": "text",
        "dump": "text",
        "seconds": "float",
        "version": "text",
        "options": "text",
        **_BUNDLE,
    },
)

DUMPS = Table(
    "dumps",
    ("dump",),
    {
        **_OF_DUMP,
        "name": "text",
        "kind": "text",
        "size": "int",
        "chip": "text",
        "module": "text",
        "firmware": "text",
        "firmware_version": "text",
        "sdk": "text",
        "firmware_kind": "text",
        "app": "text",
        "encryption": "text",
        "loader": "text",
        "loader_crc32": "int",
        "rotation": "int",
        "storage": "text",
        "storage_blocks": "int",
        "bad_blocks": "int",
        "product": "text",
        "schema": "text",
        "mcu_baud": "int",
        "pin_source": "text",
        "pin_count": "int",
        "not_understood": "int",
        "layout": "text",
        "rf": "text",
        "mac_maker": "text",
        "device": "text",
        "tx_power": "bool",
        "booted": "bool",
        "probed": "bool",
        "problem": "text",
        "version": "text",
        "options": "text",
        **_BUNDLE,
    },
)

FIRMWARE = Table(
    "firmware",
    ("app",),
    {
        "app": "text",
        "firmware": "text",
        "firmware_version": "text",
        "sdk": "text",
        "kind": "text",
        "chip": "text",
        "size": "int",
        "functions": "int",
        "sectors": "hashes",
        "sketch": "hashes",
        **_BUNDLE,
    },
)


def _details(name: str, /, **columns: str) -> Table:
    """A table with any number of rows for a dump."""
    return Table(name, ("dump",), {**_OF_DUMP, **columns, **_BUNDLE})


PARTITIONS = _details(
    "partitions",
    name="text",
    start="int",
    end="int",
    container="text",
    container_version="text",
    ok="bool",
    proof="text",
)
KEYS = _details("keys", name="text", length="int", ok="bool", hidden="bool", hash="text")
PARAMETERS = _details("parameters", source="text", name="text", value="text")
PINS = _details(
    "pins",
    gpio="int",
    role="text",
    channel="int",
    level="text",
    assumed="bool",
    label="text",
    setting="text",
    source="text",
    keys="text",
)
DATA_POINTS = _details(
    "data_points",
    id="int",
    mode="text",
    type="text",
    words="text",
    min="int",
    max="int",
    scale="int",
    step="int",
    recovered="bool",
)
WARNINGS = _details("warnings", code="text", message="text")
BEHAVIOUR = _details(
    "behaviour",
    gpio="int",
    role="text",
    channel="int",
    level="text",
    confidence="text",
    alternatives="text",
    evidence="text",
)

TABLES = (
    FILES,
    DUMPS,
    FIRMWARE,
    PARTITIONS,
    KEYS,
    PARAMETERS,
    PINS,
    DATA_POINTS,
    WARNINGS,
    BEHAVIOUR,
)
"""All tables; ``files`` has a row for each file, ``dumps`` one for each content."""


def completed(rows: Iterable[tuple[str, Mapping[str, Any]]], bundle: str) -> Rows:
    """Rows by table, each complete and clean, with the bundle they belong to.

    Args:
        rows: (table, row) in any order.
        bundle: Name of the bundle.
    """
    tables = {table.name: table for table in TABLES}
    made: Rows = {table.name: [] for table in TABLES}
    for name, row in rows:
        made[name].append(tables[name].complete({**row, "bundle": bundle}))
    return made
