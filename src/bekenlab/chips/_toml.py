"""Read the data files of this package: TOML tables, and columns of text inside them.

Long tables are kept as columns because they are easier to read, and because ``tomllib`` takes five
times as long for the same rows as inline tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips.models import (
    BootLoader,
    Chip,
    CodeEncryption,
    FlashPart,
    Module,
    NoLoader,
    Pad,
    Region,
    UpdateFormat,
)
from bekenlab.chips.others import find_other_chip
from bekenlab.chips.protocol import LoaderKind, download_protocol
from bekenlab.data import Table, read_table, table_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bekenlab.chips.others import OtherChip

_NONE = "-"


def read(name: str) -> Table:
    """Parse ``data/<name>``."""
    return read_table("chips", name)


def read_folder(name: str) -> tuple[Table, ...]:
    """Parse every TOML file in ``data/<name>/``, in the order of the file names."""
    return tuple(read_table("chips", file) for file in table_names("chips", name))


def chip_from(table: Table) -> Chip:
    """The chip of one ``data/chips/*.toml``."""
    return Chip(
        name=table["name"],
        aliases=tuple(table["aliases"]),
        environments=tuple(table["environments"]),
        chip_id=table.get("chip_id"),
        uf2_family=table.get("uf2_family"),
        rank=table["rank"],
        flash_size=table["flash_size"],
        flash_part=table.get("flash_part"),
        flash_map=tuple(Region(name, *span) for name, span in table["regions"].items()),
        config_address=table["config_address"],
        protocol=download_protocol(LoaderKind(table["loader"])),
        encryption=CodeEncryption(table["encryption"]),
        protected=tuple(table["protected"]),
        package=table["package"],
        gpios=tuple(_numbers(table["gpios"])),
        pwm_gpios={int(gpio): channel for gpio, channel in table["pwm"].items()},
        sources=tuple(table["sources"]),
    )


def bootloader_from(row: str, length: Callable[[str], int]) -> BootLoader:
    """The boot loader of a row; the name may contain spaces.

    Args:
        row: Columns as described in bootloaders.toml.
        length: Maps the name of a chip to how many bytes its own CRC of 0 to 256 covers.
    """
    crc257, crc256, chip, update, app, download, key, texts, _, name = row.split(maxsplit=9)
    return BootLoader(
        name=name,
        chip=chip,
        crc257=_hexadecimal(crc257),
        crc256=_hexadecimal(crc256),
        length=length(chip),
        update=None if update == _NONE else UpdateFormat(update),
        app=_span("app", app),
        download=_span("download", download),
        key_slot=_hexadecimal(key),
        texts=() if texts == _NONE else tuple(texts.split("|")),
    )


def no_loader_from(key: str, table: Table) -> NoLoader:
    """The row for flash without a boot loader."""
    return NoLoader(key, table["byte"], table["crc257"], table["crc256"], table["about"])


def _hexadecimal(text: str) -> int | None:
    return None if text == _NONE else int(text, 16)


def _span(name: str, text: str) -> Region | None:
    """The region written as ``start+length``."""
    if text == _NONE:
        return None
    start, _, length = text.partition("+")
    return Region(name, int(start, 16), int(start, 16) + int(length, 16))


def flash_part_from(row: str) -> FlashPart:
    """The flash part of a row ``id name size registers mask field read write``."""
    jedec_id, name, size, registers, mask, field, read_ops, write_ops = row.split()
    lowest, length = field.split("/")
    return FlashPart(
        jedec_id=int(jedec_id, 16),
        name=name,
        size=int(size),
        status_registers=int(registers),
        protect_mask=int(mask, 16),
        protect_field=(int(lowest), int(length)),
        read_opcodes=_opcodes(read_ops),
        write_opcodes=_opcodes(write_ops),
    )


def module_from(table: Table) -> Module:
    """The module, or package, of its table."""
    other = find_other_chip(table["chip"])
    return Module(
        key=table["key"],
        name=table["name"],
        title=table["title"],
        chip=table["chip"],
        pads=tuple(_pad_from(row, other) for row in table.get("pads", "").splitlines()),
        pads_known=table.get("pads_known", True),
        aliases=tuple(table.get("aliases", ())),
        printed=table.get("printed", ""),
    )


def _pad_from(row: str, other: OtherChip | None) -> Pad:
    name, gpio, ic_pin, *functions = row.split()
    number, called = _gpio(gpio, other)
    return Pad(
        name=name,
        gpio=number,
        functions=tuple(functions),
        ic_pin=None if ic_pin == _NONE else int(ic_pin),
        gpio_name=called,
    )


def _gpio(text: str, other: OtherChip | None) -> tuple[int | None, str]:
    """The number of a GPIO, and its name if that is not the number after a P."""
    if text == _NONE:
        return None, ""
    if other is None:
        return int(text.removeprefix("P")), ""
    pin = other.pin_called(text)
    return (pin.gpio if pin else None), text


def _numbers(text: str) -> Iterator[int]:
    """The numbers of ``"0 1 6-8"``: 0, 1, 6, 7, 8."""
    for part in text.split():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _opcodes(text: str) -> tuple[int, ...]:
    return () if text == _NONE else tuple(int(opcode, 16) for opcode in text.split("/"))
