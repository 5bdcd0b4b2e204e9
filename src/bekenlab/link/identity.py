"""Identifies the kind of loader, the chip and its flash, without changing anything.

Three kinds of loader answer the protocol; ``chips`` knows how they differ. An unknown one is
accepted, too.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab import chips
from bekenlab.chips import MIB, SECTOR, CrcEnd, LoaderKind
from bekenlab.chips.protocol import CRC_EXCLUSIVE, CRC_INCLUSIVE
from bekenlab.link import commands
from bekenlab.link.efuse import read_key
from bekenlab.link.errors import ChipRefusedError, NoReplyError
from bekenlab.link.session.policy import LoaderPolicy

if TYPE_CHECKING:
    from bekenlab.link.session.session import Session

_HEAD = 256
_SIZES = (1 * MIB, 2 * MIB, 4 * MIB, 8 * MIB, 16 * MIB)
_USUAL_SIZE = 2 * MIB
_INVERT = 0xFFFFFFFF
# More than one, since noise may have destroyed an answer.
_PROBES = 3
_NO_ID = {0x000000, 0xFFFFFF}
# Where there may be code: the boot loader, or an app where that is lost.
_TELLING = (0, SECTOR, 2 * SECTOR, 0x11000, 0x12000, 0x20000)
_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known about the chip.

    Attributes:
        kind: Kind of loader that answers.
        chip: The chip, or None if unknown.
        chip_id: Register 0x800000 of ROM chips, else None.
        boot_version: Version text of a Tuya boot loader, or an empty string.
        loader_crc: Standard CRC-32 of the first 256 bytes (257 with ROM) of flash.
        loader_name: Name of the boot loader in flash if its CRC is known, else an empty string.
        flash_id: JEDEC id as in ``FlashPart.jedec_id``; None if it cannot be read.
        flash_part: The part with this id, if it is known.
        flash_size: Bytes.
        size_source: ``"flash id"``, ``"wrap"`` (the address at which flash repeats) or ``"usual"``.
        id_silent: Whether the flash was asked for its id and sent only zeros or only ones.
    """

    kind: LoaderKind
    chip: chips.Chip | None
    chip_id: int | None
    boot_version: str
    loader_crc: int
    loader_name: str
    flash_id: int | None
    flash_part: chips.FlashPart | None
    flash_size: int
    size_source: str
    id_silent: bool = False

    @property
    def loader_text(self) -> str:
        """The boot loader's version, name or CRC; with what a CRC means that is no loader's."""
        known = self.boot_version or self.loader_name
        if known:
            return known
        row = chips.find_no_loader(self.loader_crc)
        crc = f"CRC {self.loader_crc:08X}"
        if row is None:
            return crc
        count = CRC_INCLUSIVE if self.loader_crc == row.crc257 else CRC_EXCLUSIVE
        return f"{crc}, which is {count} x {row.byte:02X} ({row.about})"

    @property
    def protocol(self) -> chips.DownloadProtocol:
        """The commands the loader knows, and its peculiarities."""
        return chips.download_protocol(self.kind)

    @property
    def crc_includes_end(self) -> bool:
        """Whether the range of the CRC command includes its end address."""
        return self.protocol.crc_end is CrcEnd.INCLUSIVE

    @property
    def chip_name(self) -> str:
        """Name of the chip, or ``"unknown"``."""
        return self.chip.name if self.chip else "unknown"


def identify(session: Session) -> Identity:
    """Identify a linked chip.

    Raises:
        NoReplyError: It stopped answering.
    """
    crc = int.from_bytes(session.ask_twice(commands.check_crc(0, _HEAD)), "little") ^ _INVERT
    loader = chips.find_bootloader_by_crc(crc)
    version, chip_id = _probe(session, loader, crc)
    kind = LoaderKind.TUYA if version else LoaderKind.OTHER if chip_id is None else LoaderKind.ROM
    protocol = chips.download_protocol(kind)
    flash_id, silent = _flash_id(session) if protocol.registers else (None, False)
    part = chips.flash_part(flash_id) if flash_id is not None else None
    session.state.adopt(LoaderPolicy.of(protocol))
    size, source = _size(session, flash_id, part)
    return Identity(
        kind=kind,
        chip=_chip(session, chip_id, loader, version),
        chip_id=chip_id,
        boot_version=version,
        loader_crc=crc,
        loader_name=loader.name if loader else "",
        flash_id=flash_id,
        flash_part=part,
        flash_size=size,
        size_source=source,
        id_silent=silent,
    )


def _probe(session: Session, loader: chips.BootLoader | None, crc: int) -> tuple[str, int | None]:
    """Boot version of a Tuya loader, or chip id of a ROM chip; neither for any other.

    Unknown commands silence some loaders for good, so a known loader is only sent commands it
    knows. The CRC shows whether that loader answers or the chip's ROM does.
    """
    in_rom = loader is not None and crc == loader.crc257
    itself = chips.chip(loader.chip).protocol if loader is not None and not in_rom else None
    asked = not in_rom and (itself is None or itself.says_version)
    version = _boot_version(session) if asked else ""
    if version or (itself is not None and not asked):
        return version, None
    rom = chips.download_protocol(LoaderKind.ROM).registers
    return "", _register(session, rom.chip_id) if rom else None


def _boot_version(session: Session) -> str:
    raw = _answer(session, commands.boot_version()) or b""
    text = raw.split(b"\0")[0].decode("ascii", "replace").strip()
    return text if text.isprintable() else ""


def _register(session: Session, address: int) -> int | None:
    raw = _answer(session, commands.read_register(address))
    return None if raw is None else int.from_bytes(raw, "little")


def _answer(session: Session, request: commands.Request) -> bytes | None:
    """The answer to a command the loader may not know; None if it refuses or is silent."""
    lost = session.lost
    try:
        return session.ask_twice(request, tries=_PROBES)
    except ChipRefusedError:
        return None
    except NoReplyError:
        # It may not know this command: no sign of a bad connection.
        session.state.forget_lost(session.lost - lost)
        session.resync()
        return None


def _flash_id(session: Session) -> tuple[int | None, bool]:
    """The flash's id, and whether it sent nothing but zeros or ones instead."""
    raw = _answer(session, commands.flash_id())
    if raw is None:
        return None, False
    # The first SPI byte is junk; manufacturer, type and capacity follow.
    number = int.from_bytes(raw[1:4], "little")
    return (None, True) if number in _NO_ID else (number, False)


def _chip(
    session: Session, chip_id: int | None, loader: chips.BootLoader | None, version: str
) -> chips.Chip | None:
    """The boot loader in flash tells most: N, M and BL2028N share a chip id, but not the key."""
    by_id = [chip for chip in chips.chips() if chip_id is not None and chip.chip_id == chip_id]
    if loader is not None and (not by_id or loader.chip in {chip.name for chip in by_id}):
        return chips.find_chip(loader.chip)
    if len(by_id) > 1:
        key = read_key(session)
        keyed = key is None or any(key)
        wanted = chips.CodeEncryption.TUYA_KEY if keyed else chips.CodeEncryption.PLAIN
        by_id = [chip for chip in by_id if chip.encryption is wanted] or by_id
    if by_id:
        return by_id[0]
    return chips.find_chip(version.split("_")[0]) if version else None


def _size(session: Session, flash_id: int | None, part: chips.FlashPart | None) -> tuple[int, str]:
    if part is not None:
        return part.size, "flash id"
    if flash_id is not None and (size := 1 << (flash_id >> 16 & 0xFF)) in _SIZES:
        return size, "flash id"
    marks = _telling_sectors(session)
    for size in _SIZES:
        if marks and all(_sector_crc(session, a + size) == crc for a, crc in marks.items()):
            return size, "wrap"
    return _USUAL_SIZE, "usual"


def _telling_sectors(session: Session) -> dict[int, bytes]:
    """Two different sectors with their CRCs; none if all look alike, which repeat anywhere."""
    found: dict[int, bytes] = {}
    for address in _TELLING:
        crc = _sector_crc(session, address)
        if int.from_bytes(crc, "little") ^ _INVERT not in _uniform_crcs() and (
            crc not in found.values()
        ):
            found[address] = crc
        if len(found) == _ENOUGH:
            return found
    return {}


@cache
def _uniform_crcs() -> frozenset[int]:
    """CRCs of a sector of equal bytes, as loaders of both kinds compute them."""
    return frozenset(
        zlib.crc32(bytes([byte]) * length) for byte in range(256) for length in (SECTOR - 1, SECTOR)
    )


def _sector_crc(session: Session, address: int) -> bytes:
    return session.ask_twice(commands.check_crc(address, address + SECTOR - 1))
