"""An image: the bytes of a dump, understood. Physical and logical addresses are kept apart."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from bekenlab.chips import APP_START, BootLoader, find_bootloader
from bekenlab.errors import BekenlabError, Notice
from bekenlab.image import cipher, framing, ota, rbl, rf
from bekenlab.image.encryption import (
    APP_ADDRESS,
    BOOTLOADER_ADDRESS,
    Encryption,
    EncryptionState,
    decide,
)
from bekenlab.image.fnv import fnv1a
from bekenlab.image.layout import arrange
from bekenlab.image.partitions import FalRecord, find_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEAD_OF_LOADER = 256

OTA_PACKAGE = "ota package"
"""Name of the partition that stands for an update package."""


@dataclass(frozen=True, slots=True)
class Container:
    """A partition's RBL header, and whether the content matches it.

    Attributes:
        header: The decoded header.
        ok: Whether a checksum of the content matches the header.
        proof: Which checksum: ``"crc32"`` (body as stored), ``"fnv1a"`` (plain code; the only one
            that can match after an OTA update, whose header is copied) or ``"none"``.
    """

    header: rbl.RblHeader
    ok: bool
    proof: str


@dataclass(frozen=True, slots=True)
class Partition:
    """A named physical range, half open, and the container found in it."""

    name: str
    start: int
    end: int
    framed: bool
    container: Container | None


@dataclass(frozen=True, slots=True)
class LoaderIdentity:
    """The boot loader, known by name or only by its checksum.

    Attributes:
        known: Its row in the table of boot loaders, or None.
        crc32: CRC-32 of the first 256 bytes of flash, or of the first 257 where its row says so.
    """

    known: BootLoader | None
    crc32: int


@dataclass(frozen=True, slots=True)
class Image:
    """A dump, understood.

    Attributes:
        physical: Flash bytes, any rotation undone; the first is at physical address ``start``.
        rotation: Physical address the file began at when it was rotated, else 0.
        start: Physical address of ``physical[0]``; not 0 for a part of flash that says where it
            belongs (an app image starts at 0x11000).
        spans: Framed spans inside the executable area, as offsets into ``physical``.
        encryption: How the code is encrypted, and with which key.
        logical: Plain code: CRC bytes removed, decrypted; empty without code or without its key.
        logical_start: Logical address of ``logical[0]``.
        partitions: From the FAL table, in address order; without one, those that headers show.
        rf: The RF sector, its ``offset`` a physical address.
        loader: Boot loader at physical address 0, or None.
        misplaced: Whether an application lies at 0, where the boot loader belongs.
        notices: What the reader should know.
    """

    physical: bytes = field(repr=False)
    rotation: int
    start: int
    spans: tuple[framing.FramedSpan, ...]
    encryption: Encryption
    logical: bytes = field(repr=False)
    logical_start: int
    partitions: tuple[Partition, ...]
    rf: rf.RfSector | None
    loader: LoaderIdentity | None
    misplaced: bool
    notices: tuple[Notice, ...]

    def partition(self, name: str) -> Partition | None:
        """The first partition of that name."""
        return next((part for part in self.partitions if part.name == name), None)

    @property
    def package(self) -> Partition | None:
        """The update package that the file holds, or None."""
        return self.partition(OTA_PACKAGE)

    def read(self, start: int, end: int) -> bytes:
        """Physical bytes ``[start, end)``, clipped to what the image holds."""
        return self.physical[max(start - self.start, 0) : max(end - self.start, 0)]

    @property
    def app(self) -> bytes:
        """Plain logical bytes from the start of the app on; all code where that starts later."""
        return self.logical[max(APP_ADDRESS - self.logical_start, 0) :]


def read_image(data: bytes) -> Image:
    """Parse a dump, whole or partial. Never fails: what is not recognised stays unknown."""
    arranged = arrange(data)
    data, headers, start = arranged.data, arranged.headers, arranged.start
    notices = list(arranged.notices)
    spans = framing.find_spans(data)
    has_loader = spans and not start and not arranged.misplaced
    loader_stored = framing.strip(data[:APP_START]) if has_loader else b""
    records = find_table(loader_stored)
    spans = _executable(spans, records, len(data))
    stored = framing.strip(memoryview(data)[spans[0].start : spans[-1].end]) if spans else b""
    first = framing.to_logical(start + spans[0].start) if spans else 0
    first += APP_ADDRESS if arranged.misplaced else 0
    encryption = decide(dict(_vector_tables(stored, first)))
    logical = cipher.apply(stored, first, encryption.key) if encryption.key else b""
    if spans and encryption.state is EncryptionState.UNKNOWN:
        notices.append(_UNKNOWN_KEY)
    check = partial(_container, data, start, headers, encryption)
    if not records and not arranged.misplaced:
        records = tuple(_self_evident(headers, spans, start))
    partitions = tuple(
        Partition(record.name, *record.physical, record.framed, check(record)) for record in records
    )
    notices.extend(_bad_frames(spans, start, partitions))
    notices.extend(_damage(partitions, start + len(data)))
    return Image(
        physical=data,
        rotation=arranged.rotation,
        start=start,
        spans=spans,
        encryption=encryption,
        logical=logical,
        logical_start=first,
        partitions=partitions,
        rf=_rf_sector(data, start),
        loader=_loader(data, spans, start) if has_loader else None,
        misplaced=arranged.misplaced,
        notices=tuple(notices),
    )


_UNKNOWN_KEY = Notice(
    "unknown-key",
    "The code is encrypted with a key that is not Tuya's and could not be worked out.",
)


def _executable(
    spans: Sequence[framing.FramedSpan], records: Sequence[FalRecord], size: int
) -> tuple[framing.FramedSpan, ...]:
    """The spans that hold code: those before the end of the last framed partition.

    The download area behind it may hold framed remains of an old update.
    """
    ends = [record.physical[1] for record in records if record.framed]
    limit = max(ends, default=size) // framing.FRAME_SIZE * framing.FRAME_SIZE
    kept = []
    for span in spans:
        end = min(span.end, limit)
        if end > span.start:
            bad = tuple(offset for offset in span.bad if offset < end)
            kept.append(framing.FramedSpan(span.start, end, bad))
    return tuple(kept) if ends else tuple(kept[:1])


def _vector_tables(stored: bytes, first: int) -> Iterator[tuple[int, bytes]]:
    """Addresses where a vector table is expected, with the stored code from there on."""
    for address in (APP_ADDRESS, BOOTLOADER_ADDRESS):
        if 0 <= address - first < len(stored):
            yield address, stored[address - first :]


def _bad_frames(
    spans: Sequence[framing.FramedSpan], start: int, partitions: Sequence[Partition]
) -> Iterator[Notice]:
    bad = [start + offset for span in spans for offset in span.bad]
    bad = [address for address in bad if not any(_is_remainder(p, address) for p in partitions)]
    if bad:
        shown = ", ".join(f"0x{address:x}" for address in bad[:5])
        more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
        blocks = f"{len(bad)} code blocks of 32 bytes fail their CRC"
        if len(bad) == 1:
            blocks = "1 code block of 32 bytes fails its CRC"
        yield Notice(
            "bad-crc",
            f"{blocks}, at physical {shown}{more}. "
            "The read was disturbed, or flash is worn: read the chip again.",
        )


def _damage(partitions: Sequence[Partition], end: int) -> Iterator[Notice]:
    """Notices about partitions that do not match their container, or that the file cuts off."""
    for part in partitions:
        if part.container and not part.container.ok:
            yield Notice(
                "container-mismatch",
                f"The content of partition {part.name} does not match its checksum: it was "
                "misread, half written, or changed after it was packed.",
            )
        elif part.framed and part.container is None and part.start < end < part.end:
            yield Notice(
                "truncated-dump",
                f"The file ends at 0x{end:x}, inside partition {part.name} "
                f"(0x{part.start:x} to 0x{part.end:x}): the rest is missing.",
            )


def _is_remainder(partition: Partition, address: int) -> bool:
    """Whether an address is behind a partition's verified content: left by older firmware."""
    container = partition.container
    if container is None or not container.ok or not partition.start <= address < partition.end:
        return False
    return address >= partition.start + framing.to_physical(container.header.raw_size)


def _rf_sector(data: bytes, start: int) -> rf.RfSector | None:
    found = rf.find(data)
    return replace(found, offset=found.offset + start) if found else None


def _self_evident(
    headers: Sequence[rbl.FoundHeader], spans: Sequence[framing.FramedSpan], start: int
) -> list[FalRecord]:
    """Partitions known without a table: code that ends with a trailer, and OTA packages."""
    found = []
    for hit in headers:
        if not hit.framed:
            size = rbl.HEADER_SIZE + hit.header.package_size
            found.append(FalRecord(OTA_PACKAGE, "plain", start + hit.offset, size))
        elif spans and hit.end >= spans[0].end:
            first = framing.to_logical(start + spans[0].start)
            last = framing.to_logical(start + hit.end)
            found.append(FalRecord(hit.header.name, "file_crc", first, last - first))
    return found


def _container(
    data: bytes,
    start: int,
    headers: Sequence[rbl.FoundHeader],
    encryption: Encryption,
    record: FalRecord,
) -> Container | None:
    begin, end = (address - start for address in record.physical)
    inside = [hit for hit in headers if begin <= hit.offset and hit.end <= end]
    if not record.framed:
        first = [hit for hit in inside if hit.offset == begin]
        return _package(data[begin:], first[0].header) if first else None
    trailers = [hit for hit in inside if hit.framed and hit.header.name == record.name]
    if not trailers:
        return None
    trailer = trailers[-1]
    stored = framing.strip(memoryview(data)[begin : trailer.offset])
    if rbl.body_crc_matches(trailer.header, stored):
        return Container(trailer.header, ok=True, proof="crc32")
    if encryption.key and trailer.header.raw_size <= len(stored):
        plain = cipher.apply(
            memoryview(stored)[: trailer.header.raw_size], record.offset, encryption.key
        )
        if fnv1a(plain) == trailer.header.raw_fnv1a:
            return Container(trailer.header, ok=True, proof="fnv1a")
    return Container(trailer.header, ok=False, proof="none")


def _package(data: bytes, header: rbl.RblHeader) -> Container:
    try:
        package = ota.unpack(data)
    except BekenlabError:
        return Container(header, ok=False, proof="none")
    return Container(header, ok=package.hash_ok, proof="fnv1a")


def _loader(data: bytes, spans: Sequence[framing.FramedSpan], start: int) -> LoaderIdentity | None:
    if start or not spans or spans[0].start or len(data) < _HEAD_OF_LOADER + 1:
        return None
    known = find_bootloader(data[: _HEAD_OF_LOADER + 1])
    length = known.length if known else _HEAD_OF_LOADER
    return LoaderIdentity(known, zlib.crc32(data[:length]))
