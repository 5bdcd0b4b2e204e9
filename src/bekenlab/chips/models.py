"""Chips, flash parts, boot loaders and modules as plain values, read from TOML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.chips.protocol import CRC_INCLUSIVE

if TYPE_CHECKING:
    from bekenlab.chips.protocol import DownloadProtocol


class CodeEncryption(StrEnum):
    """How a chip's code is expected to be encrypted in flash."""

    TUYA_KEY = "tuya_key"
    PLAIN = "plain"


class UpdateFormat(StrEnum):
    """Format of the updates that a boot loader installs."""

    RBL = "rbl"
    """RT-Thread's container, with the whole application in it."""
    DIFF2YA = "diff2ya"
    """Tuya's own format, for patches and whole images."""


@dataclass(frozen=True, slots=True)
class Region:
    """A named, half-open range of physical flash addresses ``[start, end)``."""

    name: str
    start: int
    end: int

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Chip:
    """One chip of the family.

    Attributes:
        name: ``"BK7231N"``.
        aliases: Other names of the silicon, or names that software uses for it, e.g. ``"T2"``.
        environments: Values of Tuya's ``em_sys_env`` for this chip, lower case.
        chip_id: Value of SCTRL register 0x800000, or None where it cannot be read.
        uf2_family: Its UF2 family number, or None if LibreTiny has none for it.
        rank: 1 is the most common chip; where clues leave several, the lowest rank is taken.
        flash_size: Usual flash size in bytes.
        flash_part: JEDEC id of the usual flash part, as ``FlashPart.jedec_id``; None where a host
            cannot ask for it.
        flash_map: Regions of the usual flash map, physical addresses, in address order.
        config_address: Physical address of OpenBeken's configuration sector.
        protocol: What answers the download protocol, and how.
        encryption: How the code is expected to be encrypted.
        protected: Names of regions of ``flash_map`` that cannot be rebuilt once lost.
        package: Key of its package in packages.toml, e.g. ``"qfn32"``; empty if not known.
        gpios: GPIO numbers the package brings out.
        pwm_gpios: GPIO number to PWM channel.
        sources: Where the facts come from.
    """

    name: str
    aliases: tuple[str, ...]
    environments: tuple[str, ...]
    chip_id: int | None
    uf2_family: int | None
    rank: int
    flash_size: int
    flash_part: int | None
    flash_map: tuple[Region, ...]
    config_address: int
    protocol: DownloadProtocol
    encryption: CodeEncryption
    protected: tuple[str, ...]
    package: str
    gpios: tuple[int, ...]
    pwm_gpios: dict[int, int]
    sources: tuple[str, ...]

    def region(self, name: str) -> Region | None:
        """The region of the flash map with that name, or None."""
        return next((region for region in self.flash_map if region.name == name), None)

    @property
    def rf_address(self) -> int:
        """Physical address of the RF calibration sector (``TLV``)."""
        return self.start_of("rf")

    @property
    def download_address(self) -> int:
        """Physical address of the download (OTA) partition."""
        return self.start_of("download")

    def start_of(self, name: str) -> int:
        """Physical address of a region that every chip has, such as ``"app"``."""
        return next(region.start for region in self.flash_map if region.name == name)


@dataclass(frozen=True, slots=True)
class BootLoader:
    """A boot loader, identified by the CRC-32 of its first bytes or by strings in its code.

    Attributes:
        name: ``"BK7231N 1.0.1"``.
        chip: Name of the chip it is for.
        crc257: Standard CRC-32 (IEEE, final inversion) of the first 257 physical bytes, or None.
        crc256: The same for the first 256 bytes.
        length: How many of these bytes the chip itself computes the CRC of: 257 or 256.
        update: Format of the updates it installs, or None if not known.
        app: Logical range of the application in its partition table; None if it has no table, or
            none is known.
        download: Physical range where it looks for an update, or None.
        key_slot: Logical address of the code key in its code, or None.
        texts: Strings found in its code, decrypted and without zero bytes.
    """

    name: str
    chip: str
    crc257: int | None
    crc256: int | None
    length: int
    update: UpdateFormat | None
    app: Region | None
    download: Region | None
    key_slot: int | None
    texts: tuple[str, ...]

    @property
    def crc32(self) -> int | None:
        """The CRC-32 that its chip reports for 0 to 256."""
        return self.crc257 if self.length == CRC_INCLUSIVE else self.crc256


@dataclass(frozen=True, slots=True)
class NoLoader:
    """The CRC of flash that holds no boot loader: all bytes are the same.

    Attributes:
        key: ``"erased"`` or ``"unreadable"``.
        byte: The value of all bytes.
        crc257: Standard CRC-32 of 257 such bytes.
        crc256: The same for 256 bytes.
        about: What it means, for a person.
    """

    key: str
    byte: int
    crc257: int
    crc256: int
    about: str


@dataclass(frozen=True, slots=True)
class FlashPart:
    """A serial NOR flash part.

    Attributes:
        jedec_id: Manufacturer in bits 7:0, type in 15:8, capacity in 23:16.
        name: Part number.
        size: Bytes.
        status_registers: How many status registers it has.
        protect_mask: Status bits that must be zero for the flash to be writable.
        protect_field: (lowest bit, length) of the block-protect field.
        read_opcodes: SPI opcodes that read status registers 1, 2, 3.
        write_opcodes: SPI opcodes that write them.
    """

    jedec_id: int
    name: str
    size: int
    status_registers: int
    protect_mask: int
    protect_field: tuple[int, int]
    read_opcodes: tuple[int, ...]
    write_opcodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pad:
    """One pad of a module, or one pin of a package.

    Attributes:
        name: Pad name as printed or numbered, e.g. ``"7"`` or ``"TTX2"``.
        gpio: GPIO number, or None for power, ground, control and unconnected pads.
        functions: Its other functions, e.g. ``("UART1_RX", "PWM0", "GND", "3V3", "CEN")``.
        ic_pin: Number of the chip's pin connected to it, where known.
        gpio_name: What the chip calls its GPIO where that is not its number after a P, e.g.
            ``"PA14"``.
    """

    name: str
    gpio: int | None
    functions: tuple[str, ...]
    ic_pin: int | None
    gpio_name: str = ""

    @property
    def place(self) -> str:
        """The GPIO's name; empty for a pad without one."""
        return self.gpio_name or ("" if self.gpio is None else f"P{self.gpio}")


@dataclass(frozen=True, slots=True)
class Module:
    """A module whose pads can be soldered to, or the package of a bare chip.

    Attributes:
        key: Lower-case identifier, e.g. ``"cb2s"``.
        name: ``"CB2S"``.
        title: Full name, e.g. ``"CB2S Wi-Fi Module"``.
        chip: Name of the chip on it.
        pads: In the order of the source.
        pads_known: False for a module known only by name (then ``pads`` is empty).
        aliases: Other names of the same board.
        printed: What is printed on it, if that is the name of a module with another chip.
    """

    key: str
    name: str
    title: str
    chip: str
    pads: tuple[Pad, ...]
    pads_known: bool = True
    aliases: tuple[str, ...] = ()
    printed: str = ""

    @property
    def gpios(self) -> frozenset[int]:
        """GPIO numbers that reach a pad."""
        return frozenset(pad.gpio for pad in self.pads if pad.gpio is not None)

    def pads_of(self, gpio: int) -> tuple[Pad, ...]:
        """All pads that carry a GPIO, in order."""
        return tuple(pad for pad in self.pads if pad.gpio == gpio)
