"""Which data points a product has, by its id: a table made from the MIT package ``iobroker.tuya``.

Source: https://github.com/Apollon77/ioBroker.tuya, ``lib/schema.json``; notice in
``data/LICENSE.iobroker-tuya``. ``tools/make_products.py`` makes the table anew. Names of products
are those of https://github.com/make-all/tuya-local (MIT), notice in ``data/LICENSE.tuya-local``, by
``tools/make_product_names.py``.
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.json_text import read_json
from bekenlab.mcu.schema import points_of

if TYPE_CHECKING:
    from bekenlab.mcu.schema import SchemaPoint

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What the table is.

    Attributes:
        source: Package and version it was made from.
        date: When, ``YYYY-MM-DD``.
        products: Number of products.
    """

    source: str
    date: str
    products: int


def find_product(name: str) -> tuple[SchemaPoint, ...]:
    """The data points of a product, or none if it is not in the table.

    Args:
        name: Product id (16 characters in newer devices), or factory pin.
    """
    table = _table()
    number = table["products"].get(name.strip())
    return points_of(table["schemas"][number]) if number is not None else ()


def product_name(name: str) -> str:
    """What a product is, with its maker and model: ``"Siren (A03)"``; empty if nobody knows.

    Args:
        name: Product id.
    """
    found: str = _names()["names"].get(name.strip(), "")
    return found


def product_ids() -> tuple[str, ...]:
    """The ids of all products in the table."""
    return tuple(_table()["products"])


def table_facts() -> TableFacts:
    """What the table is."""
    table = _table()
    return TableFacts(table["source"], table["date"], len(table["products"]))


@cache
def _table() -> dict[str, Any]:
    return _read("products.json.xz")


@cache
def _names() -> dict[str, Any]:
    return _read("product_names.json.xz")


def _read(name: str) -> dict[str, Any]:
    table: dict[str, Any] = read_json(lzma.decompress((_DATA / name).read_bytes()))
    return table
