"""What a chip, a flash part, a boot loader and a module are, as plain values read from TOML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CrcEnd(StrEnum):
    """How the download protocol's CRC command counts its end address."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


class CodeEncryption(StrEnum):
    """What a chip's code area is expected to look like in flash."""

    TUYA_KEY = "tuya_key"
    PLAIN = "plain"


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
        aliases: Other names of the same silicon or of what software calls it, e.g. ``"T2"``.
        environments: Values of Tuya's ``em_sys_env`` that mean this chip, lower case.
        chip_id: Value of SCTRL register 0x800000, or None where it cannot be read.
        uf2_family: What UF2 files call it, or None where LibreTiny has no family for it.
        flash_size: Usual flash size in bytes.
        flash_map: Regions of the usual flash map, physical addresses, in address order.
        rf_address: Physical address of the RF calibration sector (``TLV``).
        config_address: Physical address of OpenBeken's configuration sector.
        download_address: Physical address of the download (OTA) partition.
        storage_address: Physical address of Tuya's key-value storage (its key block).
        crc_end: How the boot ROM or boot loader counts the end of a CRC range.
        encryption: What the code area is expected to be.
        protected: Names of regions of ``flash_map`` that cannot be rebuilt once lost.
        package: Key of the package in packages.toml that shows its pins, e.g. ``"qfn32"``.
        gpios: GPIO numbers the package brings out.
        pwm_gpios: GPIO number to PWM channel.
        adc_gpios: GPIO number to ADC channel.
        quirks: Short sentences on what is special about it.
        sources: Where the facts come from.
    """

    name: str
    aliases: tuple[str, ...]
    environments: tuple[str, ...]
    chip_id: int | None
    uf2_family: int | None
    flash_size: int
    flash_map: tuple[Region, ...]
    rf_address: int
    config_address: int
    download_address: int
    storage_address: int
    crc_end: CrcEnd
    encryption: CodeEncryption
    protected: tuple[str, ...]
    package: str
    gpios: tuple[int, ...]
    pwm_gpios: dict[int, int]
    adc_gpios: dict[int, int]
    quirks: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BootLoader:
    """A boot loader known by the CRC-32 of its first physical bytes.

    Attributes:
        name: ``"BK7231N 1.0.1"``.
        chip: Name of the chip it belongs to.
        crc32: Standard CRC-32 (IEEE, final inversion) of the first ``length`` bytes of flash.
        length: 257 for ROM chips (inclusive end), 256 for the others.
    """

    name: str
    chip: str
    crc32: int
    length: int


@dataclass(frozen=True, slots=True)
class FlashPart:
    """A serial NOR flash part.

    Attributes:
        jedec_id: Manufacturer in bits 7:0, type in 15:8, capacity in 23:16.
        name: Part number.
        maker: Manufacturer as the source abbreviates it.
        size: Bytes.
        status_registers: How many status registers it has.
        protect_mask: Status bits that must be zero for the flash to be writable.
        protect_field: (lowest bit, length) of the block-protect field.
        read_opcodes: SPI opcodes that read status registers 1, 2, 3.
        write_opcodes: SPI opcodes that write them.
    """

    jedec_id: int
    name: str
    maker: str
    size: int
    status_registers: int
    protect_mask: int
    protect_field: tuple[int, int]
    read_opcodes: tuple[int, ...]
    write_opcodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pad:
    """One solder point of a module, or one pin of a package.

    Attributes:
        name: Pad name as printed or numbered, e.g. ``"7"`` or ``"TTX2"``.
        gpio: GPIO number, or None for power, ground, control and unconnected pads.
        functions: What else it carries, e.g. ``("UART1_RX", "PWM0", "GND", "3V3", "CEN")``.
        ic_pin: Pin number of the chip behind it, where known.
    """

    name: str
    gpio: int | None
    functions: tuple[str, ...]
    ic_pin: int | None


@dataclass(frozen=True, slots=True)
class Module:
    """A module one can solder wires to, or a bare package.

    Attributes:
        key: Lower-case identifier, e.g. ``"cb2s"``.
        name: ``"CB2S"``.
        title: Full name, e.g. ``"CB2S Wi-Fi Module"``.
        chip: Name of the chip on it.
        vendor: Maker.
        url: Data sheet, or an empty string.
        pads: In the order of the source.
        pads_known: False for a module known by name only (then ``pads`` is empty).
    """

    key: str
    name: str
    title: str
    chip: str
    vendor: str
    url: str
    pads: tuple[Pad, ...]
    pads_known: bool = True

    @property
    def gpios(self) -> frozenset[int]:
        """GPIO numbers that reach a pad."""
        return frozenset(pad.gpio for pad in self.pads if pad.gpio is not None)

    def pads_of(self, gpio: int) -> tuple[Pad, ...]:
        """All pads that carry a GPIO, in order."""
        return tuple(pad for pad in self.pads if pad.gpio == gpio)
