"""The loaders that answer the download protocol, and what the host has to know about them.

Three kinds of loader speak the protocol. They differ in the commands they know and in quirks; each
quirk is a field here, so that no other code depends on the kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from bekenlab.data import read_table

CRC_INCLUSIVE, CRC_EXCLUSIVE = 257, 256
"""Bytes that a CRC from 0 to 256 covers, depending on whether the end address is included."""


class LoaderKind(StrEnum):
    """What answers the download protocol: the chip's ROM, or one of two kinds of boot loader."""

    ROM = "rom"
    TUYA = "tuya"
    OTHER = "other"


class CrcEnd(StrEnum):
    """Whether the CRC command includes the byte at its end address."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True)
class HostRegisters:
    """Addresses of the registers that a host reads and writes over the link, and the eFuse's size.

    Attributes:
        chip_id: Holds the chip id.
        efuse_control: Selects the eFuse byte to read (bits 12:8) and starts the read (bit 0).
        efuse_data: Holds the byte (bits 7:0) and whether it is valid (bit 8).
        efuse_size: Size of the eFuse in bytes.
        efuse_key: How many of these bytes, from the first on, are the code key.
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
        kind: Which kind of loader.
        crc_end: Whether a CRC range includes its end address.
        in_flash: Whether it is the boot loader in flash. Such a loader lifts the write protection
            of flash itself, stops listening soon when its host is silent, and is lost when erased.
        says_version: Whether it supports the command that asks for its version.
        registers: Registers that the host can access; None if it supports neither the commands for
            them nor those for the flash id and the flash's status registers.
        alias_below: Physical address below which it refuses to read flash; the same bytes can be
            read one flash size higher. 0 if it reads everything.
        locks_after_crc: Whether it write-protects flash after each CRC and lifts that only if a
            link check precedes the next erase.
        request_room: Bytes of requests it can buffer while busy; 0 for one request at a time.
        takes_checks: Whether it buffers link checks that arrive while it is busy.
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
        """Bytes that its CRC from 0 to 256 covers."""
        return CRC_INCLUSIVE if self.crc_end is CrcEnd.INCLUSIVE else CRC_EXCLUSIVE


@cache
def download_protocols() -> dict[LoaderKind, DownloadProtocol]:
    """The dialect of each kind of loader."""
    table = read_table("chips", "protocols.toml")
    return {kind: _protocol(kind, table[kind]) for kind in LoaderKind}


def download_protocol(kind: LoaderKind) -> DownloadProtocol:
    """The dialect of a kind of loader."""
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
