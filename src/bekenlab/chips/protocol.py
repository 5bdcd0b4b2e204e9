"""What answers the download protocol, and what the host has to know of it.

Three kinds of loader speak the protocol. They differ in what they know and in habits that nobody
would guess; each habit is a field here, so that no other code asks for the kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from bekenlab.data import read_table

CRC_INCLUSIVE, CRC_EXCLUSIVE = 257, 256
"""Bytes a CRC from 0 to 256 covers, by how its end address is counted."""


class LoaderKind(StrEnum):
    """What answers the download protocol: the chip's ROM, or one of two kinds of boot loader."""

    ROM = "rom"
    TUYA = "tuya"
    OTHER = "other"


class CrcEnd(StrEnum):
    """How the CRC command counts its end address."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True)
class HostRegisters:
    """Addresses of the registers a host reads and writes over the wire, and the eFuse's size.

    Attributes:
        chip_id: Says which chip it is.
        efuse_control: Which eFuse byte is to be read (bits 12:8), and the start bit (bit 0).
        efuse_data: The byte (bits 7:0) and whether it is valid (bit 8).
        efuse_size: Bytes of the eFuse.
        efuse_key: Bytes of it that are the code key; they come first.
    """

    chip_id: int
    efuse_control: int
    efuse_data: int
    efuse_size: int
    efuse_key: int


@dataclass(frozen=True, slots=True)
class DownloadProtocol:
    """The dialect of one kind of loader.

    Attributes:
        kind: What answers.
        crc_end: How it counts the end of a CRC range.
        in_flash: Whether it is the boot loader in flash. Such a loader lifts the write protection
            of flash itself, leaves soon when its host is silent, and is lost when it is erased.
        says_version: Whether it knows the command that asks for its version.
        registers: Registers the host can reach; None where it knows neither the commands for them
            nor those for the flash id and the flash's status registers.
        alias_below: Physical address below which it refuses to read flash; one flash size higher
            the same bytes can be read. 0: it reads everything.
        locks_after_crc: Whether it write protects flash after each CRC and only lifts that when a
            link check comes before the next erase.
        request_room: Bytes of requests that may wait in it while it works; 0: one at a time.
        takes_checks: Whether it keeps link checks that come while it works on something else.
    """

    kind: LoaderKind
    crc_end: CrcEnd
    in_flash: bool
    says_version: bool
    registers: HostRegisters | None
    alias_below: int
    locks_after_crc: bool
    request_room: int
    takes_checks: bool

    @property
    def crc_length(self) -> int:
        """Bytes it covers when asked for the CRC from 0 to 256."""
        return CRC_INCLUSIVE if self.crc_end is CrcEnd.INCLUSIVE else CRC_EXCLUSIVE


@cache
def download_protocols() -> dict[LoaderKind, DownloadProtocol]:
    """The dialects by kind of loader."""
    table = read_table("chips", "protocols.toml")
    return {kind: _protocol(kind, table[kind]) for kind in LoaderKind}


def download_protocol(kind: LoaderKind) -> DownloadProtocol:
    """The dialect that a kind of loader speaks."""
    return download_protocols()[kind]


def _protocol(kind: LoaderKind, row: dict[str, Any]) -> DownloadProtocol:
    registers = row.get("registers")
    return DownloadProtocol(
        kind=kind,
        crc_end=CrcEnd(row["crc_end"]),
        in_flash=row["in_flash"],
        says_version=row["says_version"],
        registers=HostRegisters(**registers) if registers else None,
        alias_below=row["alias_below"],
        locks_after_crc=row["locks_after_crc"],
        request_room=row["request_room"],
        takes_checks=row["takes_checks"],
    )
