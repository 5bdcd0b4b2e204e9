"""Files to be written: their kind, judged by content, and where they belong on a chip."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.recognise import reject_reason
from bekenlab.chips import APP_LOGICAL, APP_START, SECTOR, chip_for_uf2, find_other_chip
from bekenlab.errors import DamagedDumpError, NotADumpError
from bekenlab.flashing.pieces import Piece
from bekenlab.image import Image, ota, read_image, uf2
from bekenlab.image.keys import NO_KEYS, CodeKeys, key_at, keys_of

if TYPE_CHECKING:
    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.model import Analysis
    from bekenlab.chips import Chip

_RBL = b"RBL\0"
_CONFIG = b"CFG"
_FLASH_SIZES = {1 << n for n in range(20, 25)}


class FileKind(StrEnum):
    """What a file is."""

    DUMP = "dump"
    ROTATED_DUMP = "rotated-dump"
    QIO = "qio"
    UA = "ua"
    UF2 = "uf2"
    OTA = "ota-package"
    CONFIG = "openbeken-config"
    BLANK = "blank"
    OTHER = "other"


KIND_MEANS = {
    FileKind.DUMP: "a whole dump of flash",
    FileKind.ROTATED_DUMP: "a whole dump of flash that began in the middle (put in order)",
    FileKind.QIO: "firmware with its boot loader (QIO)",
    FileKind.UA: "an application without boot loader (UA)",
    FileKind.UF2: "a UF2 package of LibreTiny or ESPHome",
    FileKind.OTA: "an OTA package (RBL)",
    FileKind.CONFIG: "an OpenBeken configuration sector",
    FileKind.BLANK: "blank bytes",
    FileKind.OTHER: "bytes of no known kind",
}


RUNS = frozenset({FileKind.DUMP, FileKind.ROTATED_DUMP, FileKind.QIO, FileKind.UA, FileKind.UF2})
"""Kinds that hold an application, which needs a boot loader to start it."""


@dataclass(frozen=True, slots=True)
class FlashFile:
    """A file to be written.

    Attributes:
        name: Its base name.
        kind: What it is.
        pieces: Bytes in the order they have on the chip; addresses count from ``start``.
        start: Physical address of the first byte; None if it depends on the chip or the user.
        chip: Name of the chip it is for, or None if unknown.
        firmware: What the firmware calls itself, or an empty string.
        keys: Keys of its code, as far as they are known.
        damage: What is wrong with it, or an empty string.
        sha256: SHA-256 of the unpacked file, hexadecimal.
    """

    name: str
    kind: FileKind
    pieces: tuple[Piece, ...]
    start: int | None
    chip: str | None
    firmware: str
    sha256: str
    damage: str = ""
    keys: CodeKeys = NO_KEYS

    def at(self, start: int) -> tuple[Piece, ...]:
        """The pieces with physical addresses, the first at ``start``."""
        return tuple(Piece(start + piece.start, piece.data) for piece in self.pieces)


def recognise(file: InputFile) -> FlashFile:
    """Judge a file by its content.

    Raises:
        NotADumpError: It is empty, or clearly something else (an ELF, a picture, a text).
        DamagedDumpError: It is a UF2 file with a block missing or damaged.
        UnsupportedError: It is a UF2 file with nothing that can be written through a serial port.
    """
    if not file.data:
        raise NotADumpError(f"{file.name} is empty", hint="download or read it again")
    if file.data.startswith(uf2.MAGIC):
        return _package(file)
    plain = _by_magic(file.data)
    if plain is FileKind.OTA:
        return _ota_package(file)
    if plain is not None:
        return _flash_file(file, plain)
    problem = reject_reason(file.data)
    if problem is not None and file.data.strip(b"\xff\x00"):
        raise problem
    analysis = analyze(file, boot=BootMode.NEVER)
    image = analysis.image or read_image(file.data)
    kind, start = _by_image(image)
    damage = analysis.problem
    firmware = _name_of(analysis)
    chip = analysis.chip.name
    return FlashFile(
        name=file.name,
        kind=kind,
        pieces=(Piece(0, image.physical if kind is FileKind.ROTATED_DUMP else file.data),),
        start=start,
        chip=chip if kind is not FileKind.OTHER or find_other_chip(chip) else None,
        firmware=firmware,
        sha256=analysis.file.sha256,
        damage=damage.message if isinstance(damage, DamagedDumpError) else "",
        keys=_keys(image),
    )


def place(file: FlashFile, chip: Chip | None) -> int | None:
    """Physical address where a file belongs on a chip, or None if it is unknown."""
    if file.start is not None or chip is None:
        return file.start
    if file.kind is FileKind.OTA:
        return chip.download_address
    if file.kind is FileKind.CONFIG:
        return chip.config_address
    return None


def _by_magic(data: bytes) -> FileKind | None:
    if ota.strip_ug(data).startswith(_RBL):
        return FileKind.OTA
    if data.startswith(_CONFIG) and len(data) <= SECTOR:
        return FileKind.CONFIG
    return None


def _by_image(image: Image) -> tuple[FileKind, int | None]:
    if image.rotation:
        return FileKind.ROTATED_DUMP, 0
    if image.start:
        return FileKind.UA, image.start
    whole = len(image.physical) in _FLASH_SIZES
    if image.loader is not None:
        # OpenBeken's QIO for T happens to have exactly 1 MiB; without RF data it is not a dump.
        return (FileKind.DUMP if whole and image.rf else FileKind.QIO), 0
    if image.spans and image.spans[0].start in {0, APP_START} and whole:
        return FileKind.DUMP, 0
    return (FileKind.DUMP, 0) if whole and image.rf else (FileKind.OTHER, None)


def _keys(image: Image) -> CodeKeys:
    """The keys of an image's code; an app by itself has one, wherever its file begins."""
    if image.start or image.misplaced:
        return CodeKeys(app=key_at(image.physical, 0, APP_LOGICAL))
    return keys_of(image.physical)


def _ota_package(file: InputFile) -> FlashFile:
    """An update package, without the header that Tuya puts before it for the air."""
    inside = analyze(file, boot=BootMode.NEVER)
    damage = inside.problem
    return replace(
        _flash_file(file, FileKind.OTA),
        pieces=(Piece(0, ota.strip_ug(file.data)),),
        chip=inside.chip.name,
        firmware=_name_of(inside),
        damage=damage.message if isinstance(damage, DamagedDumpError) else "",
    )


def _name_of(analysis: Analysis) -> str:
    return " ".join(filter(None, (analysis.firmware.name, analysis.firmware.version)))


def _flash_file(file: InputFile, kind: FileKind) -> FlashFile:
    return FlashFile(
        name=file.name,
        kind=kind,
        pieces=(Piece(0, file.data),),
        start=None,
        chip=None,
        firmware="",
        sha256=hashlib.sha256(file.data).hexdigest(),
    )


def _package(file: InputFile) -> FlashFile:
    package = uf2.read_uf2(file.data)
    chip = chip_for_uf2(package.family)
    if chip is None:
        raise NotADumpError(
            f"{file.name} is a UF2 file for a chip of family {package.family:#010x}",
            hint="that is not a Beken chip; use the file that was built for yours",
        )
    placed = sorted(
        (Piece(_address(package, part, chip), part.data) for part in package.parts),
        key=lambda piece: piece.start,
    )
    start = placed[0].start
    app = next((piece.data for piece in placed if piece.start == APP_START), b"")
    return FlashFile(
        name=file.name,
        kind=FileKind.UF2,
        pieces=tuple(Piece(piece.start - start, piece.data) for piece in placed),
        start=start,
        chip=chip.name,
        firmware=" ".join(filter(None, (package.firmware, package.version))),
        sha256=hashlib.sha256(file.data).hexdigest(),
        keys=CodeKeys(app=key_at(app, 0, APP_LOGICAL)),
    )


def _address(package: uf2.Uf2, part: uf2.Uf2Part, chip: Chip) -> int:
    """Physical address of a part: from the file's own table, else the chip's usual map.

    Raises:
        DamagedDumpError: The partition does not exist, or the part does not fit into it.
    """
    usual = {region.name: (region.start, region.size) for region in chip.flash_map}
    start, length = {**usual, **package.table}.get(part.partition, (0, 0))
    if part.offset + len(part.data) > length:
        raise DamagedDumpError(
            f"the UF2 file is damaged: its data do not fit into {part.partition!r}",
            hint="download or build it again",
        )
    return start + part.offset
