"""Other chips than Beken's that are found in the same devices: marks in flash, pins, ways in.

Their flash is read and understood; what is written to them is written by other tools. They are kept
apart from ``Chip``, which has what a download protocol and a boot loader of Beken's need.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from bekenlab.chips.models import Region
from bekenlab.data import Table, read_table, table_names

_NONE = "-"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in flash that tells a chip.

    Attributes:
        weight: How much it says; see ``analysis.other_chips``.
        says: What was found, for a person.
        at: Offsets at which it is looked for.
        within: Range in which ``text`` is looked for instead, or None.
        content: The bytes there; empty if only the checksum counts.
        crc32: Start and length of a piece whose CRC-32 follows it, or None.
        word: Offset from the mark, least value and limit of a little-endian word, or None.
    """

    weight: int
    says: str
    at: tuple[int, ...] = ()
    within: tuple[int, int] | None = None
    content: bytes = b""
    crc32: tuple[int, int] | None = None
    word: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class OtherPin:
    """One pin, under each of its names.

    Attributes:
        gpio: Its number here and in Tuya's configuration, e.g. 14 for PA14.
        name: Its name in the chip's data sheet, e.g. ``"PA14"``, ``"A9"``, ``"IO12"``.
        openbeken: Its number in OpenBeken, which on some chips is an index.
        esphome: Its name in ESPHome, e.g. ``"PA05"``; None if ESPHome does not run on the chip.
    """

    gpio: int
    name: str
    openbeken: int
    esphome: str | None


@dataclass(frozen=True, slots=True)
class Flashing:
    """How a chip is reached, and with what.

    Attributes:
        tx: Pin that sends, for the adapter's RX.
        rx: Pin that receives.
        baud: Speed of the first contact.
        entry: What to do to get into its boot mode, in sentences.
        tool: The program that reads and writes it.
        tool_url: Where that is described; empty if nowhere.
        overwritten: What of Tuya's data OpenBeken overwrites when it first starts; empty if nothing
            is known of it.
    """

    tx: str
    rx: str
    baud: int
    entry: str
    tool: str
    tool_url: str
    overwritten: str = ""


@dataclass(frozen=True, slots=True)
class OtherChip:
    """A chip that is not Beken's.

    Attributes:
        name: OpenBeken's name for it, e.g. ``"RTL87X0C"``.
        title: What is printed on it, and its maker.
        aliases: Other names, in capitals.
        rank: 1 is the most common in Tuya's devices.
        flash_size: Usual size of its flash in bytes.
        uf2_family: Its UF2 family number, or None.
        regions: Usual layout of its flash; start and end.
        marks: What tells it in flash.
        key_bases: Bases of Tuya's keys (``tuya.facts``) that only this chip uses.
        pins: All pins that OpenBeken knows.
        mcu_uart: RX and TX of the port where a second controller usually is, or None if not known.
        flashing: How it is reached.
        sources: Where the facts come from.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    rank: int
    flash_size: int
    uf2_family: int | None
    regions: tuple[Region, ...]
    marks: tuple[Mark, ...]
    key_bases: tuple[str, ...]
    pins: tuple[OtherPin, ...]
    mcu_uart: tuple[int, int] | None
    flashing: Flashing
    sources: tuple[str, ...]

    def pin(self, gpio: int) -> OtherPin | None:
        """The pin with that number, or None."""
        return next((pin for pin in self.pins if pin.gpio == gpio), None)

    def pin_called(self, name: str) -> OtherPin | None:
        """The pin with that name, in the spelling of the chip or of ESPHome (``PA5``, ``PA05``)."""
        plain = name.strip().upper()
        return next((pin for pin in self.pins if plain in (pin.name, pin.esphome)), None)

    def pin_of_openbeken(self, number: int) -> OtherPin | None:
        """The pin with that number in OpenBeken, or None."""
        return next((pin for pin in self.pins if pin.openbeken == number), None)


@cache
def other_chips() -> tuple[OtherChip, ...]:
    """All of them, the most common first."""
    tables = (read_table("chips", name) for name in table_names("chips", "others"))
    return tuple(sorted(map(_chip, tables), key=lambda chip: (chip.rank, chip.name)))


def find_other_chip(name: str | None) -> OtherChip | None:
    """The chip with that name or alias, in upper or lower case, or None."""
    return _by_name().get(name.strip().upper()) if name else None


def pin_name(chip: str | None, gpio: int) -> str:
    """What a pin is called: ``P26`` on Beken's chips, ``PA14``, ``A9`` or ``IO12`` on others."""
    other = find_other_chip(chip)
    pin = other.pin(gpio) if other else None
    return pin.name if pin else f"P{gpio}"


def serial_ports(chip: str | None) -> dict[int, tuple[int, int]]:
    """RX and TX of serial ports: on Beken's chips 1 and 2, on others 1 as far as it is known.

    Port 1 is where a second controller or a meter is, and which OpenBeken's drivers use.
    """
    other = find_other_chip(chip)
    if other is None:
        return {1: (10, 11), 2: (1, 0)}
    return {1: other.mcu_uart} if other.mcu_uart else {}


@cache
def _by_name() -> dict[str, OtherChip]:
    return {name: chip for chip in other_chips() for name in (chip.name, *chip.aliases)}


def _chip(table: Table) -> OtherChip:
    return OtherChip(
        name=table["name"],
        title=table["title"],
        aliases=tuple(table["aliases"]),
        rank=table["rank"],
        flash_size=table["flash_size"],
        uf2_family=table.get("uf2_family"),
        regions=tuple(Region(name, *span) for name, span in table["regions"].items()),
        marks=tuple(map(_mark, table["marks"])),
        key_bases=tuple(table["key_bases"]),
        pins=tuple(map(_pin, table["pins"].splitlines())),
        mcu_uart=tuple(table["mcu_uart"]) if "mcu_uart" in table else None,
        flashing=Flashing(**table["flashing"]),
        sources=tuple(table["sources"]),
    )


def _mark(row: Table) -> Mark:
    return Mark(
        weight=row["weight"],
        says=row["says"],
        at=tuple(row.get("at", ())),
        within=tuple(row["within"]) if "within" in row else None,
        content=row["text"].encode() if "text" in row else bytes.fromhex(row["bytes"]),
        crc32=tuple(row["crc32"]) if "crc32" in row else None,
        word=tuple(row["word"]) if "word" in row else None,
    )


def _pin(row: str) -> OtherPin:
    gpio, name, openbeken, esphome = row.split()
    return OtherPin(int(gpio), name, int(openbeken), None if esphome == _NONE else esphome)
