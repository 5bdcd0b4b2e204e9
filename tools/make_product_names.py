"""Makes the table of products' names from the device files of tuya-local (MIT).

    git clone https://github.com/make-all/tuya-local
    python tools/make_product_names.py tuya-local --version f529427 --date 2026-08-23

Only names, makers and models are kept, by product id.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT = Path(__file__).parents[1] / "src/bekenlab/mcu/data/product_names.json.xz"
_DEVICES = "custom_components/tuya_local/devices"


def named(device: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Id and name of each product of a device file: ``"Siren (Airam S1WFAA)"``."""
    for product in device.get("products") or []:
        if not isinstance(product, dict) or "id" not in product:
            continue
        parts = (product.get(each) for each in ("manufacturer", "model"))
        maker = " ".join(str(each).strip() for each in parts if each)
        name = str(product.get("name") or device["name"]).strip()
        yield str(product["id"]), f"{name} ({maker})" if maker else name


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--version", required=True, help="commit of the source")
    parser.add_argument("--date", required=True, help="of the commit")
    options = parser.parse_args()
    read = YAML(typ="safe")
    names: dict[str, str] = {}
    for file in sorted((options.source / _DEVICES).glob("*.yaml")):
        names |= dict(named(read.load(file)))
    table = {
        "source": f"tuya-local {options.version}",
        "date": options.date,
        "names": dict(sorted(names.items())),
    }
    whole = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    OUT.write_bytes(lzma.compress(whole, preset=9 | lzma.PRESET_EXTREME))
    sys.stdout.write(f"{len(names)} names, {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
