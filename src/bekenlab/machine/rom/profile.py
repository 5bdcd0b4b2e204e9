"""The properties of the boot ROM, from ``data/rom.toml`` and the chip catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR, chip, chips, flash_part
from bekenlab.data import read_table
from bekenlab.errors import UnsupportedError

if TYPE_CHECKING:
    from bekenlab.chips import Chip, FlashPart, HostRegisters


@dataclass(frozen=True, slots=True)
class Times:
    """Durations in seconds, and rates in bytes per second.

    Attributes:
        start: From reset until the ROM listens.
        window: From reset until it starts the application, unless a LinkCheck arrives.
        silence: A gap this long inside a request ends it.
        command: From a request to its reply, not counting work.
        erase: Durations of erases, by size of the block in bytes.
        program: Programming a page of 256 bytes.
        write_status: Writing a status register.
        crc: Bytes per second through the CRC.
        read: Bytes per second from flash.
    """

    start: float
    window: float
    silence: float
    command: float
    erase: dict[int, float]
    program: float
    write_status: float
    crc: float
    read: float

    def slowed(self, factor: float) -> Times:
        """The same, with all work taking ``factor`` times as long."""
        return replace(
            self,
            command=self.command * factor,
            erase={size: seconds * factor for size, seconds in self.erase.items()},
            program=self.program * factor,
            write_status=self.write_status * factor,
            crc=self.crc / factor,
            read=self.read / factor,
        )


@dataclass(frozen=True, slots=True)
class RomProfile:
    """One ROM chip.

    Attributes:
        chip: Its entry in the catalogue.
        part: The flash part modelled by default.
        baud: Link rate.
        clock: UART clock in hertz; baud rates are this divided by an integer.
        fifo: Capacity of the UART's FIFO in each direction, in bytes.
        times: Durations and rates.
        protect: Initial value of the part's protection field.
        protected_status: Status of an erase or write of protected flash.
        registers: Registers that have a function.
    """

    chip: Chip
    part: FlashPart
    baud: int
    clock: int
    fifo: int
    times: Times
    protect: int
    protected_status: int
    registers: HostRegisters


@cache
def load_profile(name: str) -> RomProfile:
    """The profile of a ROM chip by name or alias.

    Raises:
        UnsupportedError: Unknown chip, or one without the protocol in ROM.
    """
    found = chip(name)
    data = _data()
    registers = found.protocol.registers
    if found.protocol.in_flash or registers is None or found.flash_part is None:
        known = (each.name for each in chips() if not each.protocol.in_flash)
        raise UnsupportedError(
            f"{found.name} has no download protocol in ROM.",
            hint="Chips that do: " + ", ".join(known) + ".",
            chip=found.name,
        )
    return RomProfile(
        chip=found,
        part=_part(found.flash_part),
        baud=data["uart"]["baud"],
        clock=data["uart"]["clock"],
        fifo=data["uart"]["fifo"],
        times=_times(data["time"], data["rate"]),
        protect=data["flash"]["protect"],
        protected_status=data["flash"]["protected_status"],
        registers=registers,
    )


def part_of_size(profile: RomProfile, size: int) -> FlashPart:
    """The flash part to model for ``size`` bytes.

    Raises:
        UnsupportedError: No flash part has this size.
    """
    if profile.part.size == size:
        return profile.part
    parts = {int(key, 0): jedec_id for key, jedec_id in _data()["parts"].items()}
    if size not in parts:
        raise UnsupportedError(
            f"No flash part has {size:#x} bytes.",
            hint="Sizes: " + ", ".join(f"{known:#x}" for known in parts) + ".",
            size=size,
        )
    return _part(parts[size])


@cache
def _data() -> dict[str, Any]:
    return read_table("machine/rom", "rom.toml")


def _part(jedec_id: int) -> FlashPart:
    part = flash_part(jedec_id)
    if part is None:
        raise UnsupportedError(f"flash_parts.toml has no part {jedec_id:#08x}.")
    return part


def _times(time: dict[str, float], rate: dict[str, float]) -> Times:
    return Times(
        start=time["start"],
        window=time["window"],
        silence=time["silence"],
        command=time["command"],
        erase={
            SECTOR: time["erase_4k"],
            0x8000: time["erase_32k"],
            0x10000: time["erase_64k"],
        },
        program=time["program"],
        write_status=time["write_status"],
        crc=rate["crc"],
        read=rate["read"],
    )
