"""Reads and normalises OpenBeken's community list of devices.

The list has no licence, so bekenlab does not include it; it reads the user's copy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.chips import find_chip
from bekenlab.errors import Action, DeviceListError
from bekenlab.json_text import JsonError, read_json
from bekenlab.openbeken.settings import PinSetting, parse_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LIST = 8 << 20
"""Largest list in bytes; in 2026 the list is half a megabyte."""

_MOST_DEVICES = 20_000
_LONGEST = 500
_LINK = re.compile(r"https?://[^\s\"'<>]+")
_LINK_FIELDS = ("wiki", "shop", "image")
# What people write for a board without a name.
_NO_MODULE = frozenset({"", "onpcb", "pcb", "unknown", "none", "n/a", "na", "?", "custom"})


@dataclass(frozen=True, slots=True)
class Device:
    """One entry.

    Attributes:
        vendor: Vendor, or an empty string.
        name: Product name.
        model: Model, or an empty string.
        chip: Chip by bekenlab's name if known, else as written, in capitals.
        board: Module as written, or an empty string.
        keywords: Search words.
        pins: The valid pins, by GPIO.
        links: Where to read more: forum, shop, picture.
    """

    vendor: str
    name: str
    model: str
    chip: str
    board: str
    keywords: tuple[str, ...]
    pins: tuple[PinSetting, ...]
    links: tuple[str, ...]

    @property
    def module(self) -> str | None:
        """The module's normalised name; None for a board without a name."""
        return plain_module(self.board)

    @property
    def title(self) -> str:
        """Vendor, name and model, as far as they are known."""
        model = f" ({self.model})" if self.model and self.model not in self.name else ""
        return f"{self.vendor} {self.name}{model}".strip()


@dataclass(frozen=True, slots=True)
class DeviceList:
    """All entries.

    Attributes:
        devices: In the order of the list.
        skipped: Number of invalid entries.
    """

    devices: tuple[Device, ...]
    skipped: int


def parse_devices(data: bytes) -> DeviceList:
    """Read a list.

    Args:
        data: JSON: ``{"devices": [...]}``, or the list alone.

    Raises:
        DeviceListError: It is not such a list.
    """
    if len(data) > MAX_LIST:
        raise DeviceListError(
            f"the device list has {len(data):,} bytes, more than {MAX_LIST:,}",
            action=Action("name-devices"),
        )
    try:
        value = read_json(data.decode("utf-8-sig", "replace"))
    except JsonError as error:
        why = str(error) if error.senseless else "it is not JSON"
        raise _no_list(why) from error
    rows = value.get("devices") if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise _no_list("it has no list of devices")
    entries = [row for row in rows[:_MOST_DEVICES] if isinstance(row, dict)]
    if not entries:
        raise _no_list("there is no device in it")
    return DeviceList(tuple(_device(row) for row in entries), len(rows) - len(entries))


def plain_module(name: str | None) -> str | None:
    """A module name normalised for case, spaces and dashes; None for no name."""
    plain = re.sub(r"[\s_-]+", "", name or "").upper()
    return None if plain.lower() in _NO_MODULE else plain


def chip_name(text: str) -> str:
    """A chip by bekenlab's name if known, else in capitals."""
    found = find_chip(text)
    return found.name if found else text.strip().upper()


def _device(row: Mapping[str, Any]) -> Device:
    pins = row.get("pins")
    keywords = row.get("keywords")
    links = (_LINK.match(_text(row, field)) for field in _LINK_FIELDS)
    return Device(
        vendor=_text(row, "vendor"),
        name=_text(row, "name"),
        model=_text(row, "model"),
        chip=chip_name(_text(row, "chip")),
        board=_text(row, "board"),
        keywords=tuple(str(word) for word in keywords) if isinstance(keywords, list) else (),
        pins=parse_settings(pins)[0] if isinstance(pins, dict) else (),
        links=tuple(link[0] for link in links if link),
    )


def _text(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def _no_list(why: str) -> DeviceListError:
    return DeviceListError(
        f"this is not a list of OpenBeken devices: {why}",
        action=Action("name-devices"),
    )
