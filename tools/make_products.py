"""Makes the table of products and their data points from the npm package iobroker.tuya (MIT).

    npm pack iobroker.tuya@3.18.2 && tar xzf iobroker.tuya-3.18.2.tgz
    python tools/make_products.py package/lib/schema.json --version 3.18.2 --date 2026-12-01

Only what bekenlab uses is kept: number, code, type, mode, range, scale, unit, words and the names
of bits; the names are mostly Chinese and left out. Equal schemas are stored once.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "src/bekenlab/mcu/data/products.json.xz"
_DETAILS = ("min", "max", "scale", "step", "unit", "range", "maxlen", "label")
_NOTHING: tuple[object, ...] = (None, "", 0, [])


def reduced(row: dict[str, Any]) -> dict[str, Any] | None:
    """A data point in the form of Tuya's storage, with its code."""
    details = row.get("property") or {}
    kind = details.get("type") or row.get("type")
    if not isinstance(row.get("id"), int) or not kind:
        return None
    kept: dict[str, Any] = {"type": kind}
    for name in _DETAILS:
        if name == "range" and kind != "enum":
            continue
        if details.get(name) not in _NOTHING and (name, details.get(name)) != ("step", 1):
            kept[name] = details[name]
    return {"id": row["id"], "mode": row.get("mode", "rw"), "code": row["code"], "property": kept}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--date", required=True, help="of the package")
    options = parser.parse_args()
    entries = json.loads(options.source.read_text(encoding="utf-8"))
    schemas: dict[str, int] = {}
    products = {}
    for name, entry in sorted(entries.items()):
        rows = json.loads(entry["schema"] or "[]")
        points = sorted(filter(None, map(reduced, rows)), key=lambda row: int(row["id"]))
        if points:
            text = json.dumps(points, ensure_ascii=False, separators=(",", ":"))
            products[name] = schemas.setdefault(text, len(schemas))
    table = {
        "source": f"iobroker.tuya {options.version}",
        "date": options.date,
        "schemas": [json.loads(text) for text in schemas],
        "products": products,
    }
    whole = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    OUT.write_bytes(lzma.compress(whole, preset=9 | lzma.PRESET_EXTREME))
    sys.stdout.write(
        f"{len(products)} products, {len(schemas)} schemas, {OUT.stat().st_size} bytes; "
        f"{len(entries) - len(products)} without a data point are left out\n"
    )


if __name__ == "__main__":
    main()
