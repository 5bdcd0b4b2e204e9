"""The devices of a corpus: contents of the same product that are connected alike are one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.pins import Evidence, Pin, PinMap, Polarity, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.corpus.ask import Corpus

_MOST_NAMES = 12
_MOST_POINTS = 200
# What may be the rest of a MAC address in the name of a file, as in OpenBK7231N_1A2B3C4D.
_HEX = re.compile(r"(?<![0-9A-Za-z])(?=[0-9A-Fa-f]*\d)[0-9A-Fa-f]{6,}(?![0-9A-Za-z])")
_BY = 'chip, module, firmware, product, "schema", layout, mcu_baud'


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A kind of device.

    Attributes:
        id: Short name, the same in every corpus.
        chip: Chip, or an empty string; so are all texts that are not known.
        module: Module.
        firmware: Name of the firmware.
        product: Product id, or key of the firmware.
        schema: Schema id.
        layout: All pins in one text.
        mcu_baud: Baud rate of a second controller, or None.
        contents: How many contents are of it.
        versions: Versions of the firmware.
        names: Names of some of the files, without what may be an address.
        pins: The pins.
        points: Data points: id, mode, type, values in words.
    """

    id: str
    chip: str
    module: str
    firmware: str
    product: str
    schema: str
    layout: str
    mcu_baud: int | None
    contents: int
    versions: tuple[str, ...]
    names: tuple[str, ...]
    pins: PinMap
    points: tuple[tuple[int, str, str, str], ...]

    @property
    def title(self) -> str:
        """A name for people."""
        known = [part for part in (self.firmware or self.chip, self.module) if part]
        return " on ".join(known) or "Unknown firmware"


def devices(corpus: Corpus, *, names: bool = True) -> Iterator[KnownDevice]:
    """The devices whose pins or data points are known, the most frequent first.

    Args:
        corpus: The corpus.
        names: Whether to give names of files.
    """
    sql = (
        f"SELECT {_BY}, count(*) AS contents, min(dump) AS dump, "  # noqa: S608  our own names
        "list(DISTINCT firmware_version) FILTER (firmware_version IS NOT NULL) AS versions, "
        f"list(DISTINCT name ORDER BY name)[:{_MOST_NAMES}] AS names FROM dumps "
        "WHERE pin_count > 0 OR mcu_baud IS NOT NULL OR dump IN (SELECT dump FROM data_points) "
        f"GROUP BY {_BY} ORDER BY contents DESC, min(dump)"
    )
    rows = list(corpus.ask(sql).records())
    wanted = [row["dump"] for row in rows]
    pins = _by_dump(corpus, "pins", "gpio, channel", wanted)
    points = _by_dump(corpus, "data_points", "id", wanted)
    for row in rows:
        dump = row["dump"]
        shown = row["names"] if names else ()
        yield _device(row, shown, pins.get(dump, ()), points.get(dump, ()))


def _by_dump(
    corpus: Corpus, table: str, order: str, wanted: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Rows of a table by dump, for some of the dumps."""
    sql = (
        f"SELECT * FROM {table} WHERE dump IN (SELECT unnest($wanted)) "  # noqa: S608
        f"ORDER BY dump, {order}"
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in corpus.ask(sql, {"wanted": list(wanted)}).records():
        found.setdefault(row["dump"], []).append(row)
    return found


def _device(
    row: dict[str, Any],
    names: Sequence[str],
    pins: Sequence[dict[str, Any]],
    points: Sequence[dict[str, Any]],
) -> KnownDevice:
    facts = {name: row[name] or "" for name in ("chip", "module", "firmware", "product", "schema")}
    layout, baud = row["layout"] or "", row["mcu_baud"]
    said = "\n".join([*facts.values(), layout, str(baud or "")])
    found = tuple(_pin(pin) for pin in pins)
    return KnownDevice(
        id=hashlib.sha256(said.encode()).hexdigest()[:12],
        **facts,
        layout=layout,
        mcu_baud=baud,
        contents=row["contents"],
        versions=tuple(sorted(row["versions"] or (), key=_numbers)),
        names=tuple(dict.fromkeys(_HEX.sub("…", name) for name in names)),
        pins=PinMap(found, module=facts["module"] or None, mcu_baud=baud),
        points=tuple(_point(point) for point in points[:_MOST_POINTS]),
    )


def _numbers(version: str) -> tuple[tuple[int, ...], str]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version)), version


def _pin(row: dict[str, Any]) -> Pin:
    sources = [Source(name) for name in row["source"].split()]
    keys = row["keys"].split() or [""]
    return Pin(
        gpio=row["gpio"],
        role=row["role"],
        channel=row["channel"],
        polarity=Polarity(row["level"]) if row["level"] else None,
        label=row["label"],
        evidence=tuple(Evidence(source, keys[0]) for source in sources),
        assumed=row["assumed"],
    )


def _point(row: dict[str, Any]) -> tuple[int, str, str, str]:
    if row["type"] == "value":
        said = f"{row['min']} to {row['max']}, scale {row['scale']}, step {row['step']}"
    else:
        said = row["words"] or ""
    return row["id"], row["mode"], row["type"], said
