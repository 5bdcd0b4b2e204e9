"""Targets that read bytes of flash and files that hold them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile, unpack
from bekenlab.analysis.other_kinds import is_dump
from bekenlab.chips import chips
from bekenlab.chips.bootloaders import find_bootloader, find_bootloader_by_texts
from bekenlab.errors import BekenlabError, InternalError
from bekenlab.flashing.flash_file import place, recognise
from bekenlab.image import framing, keys, loader_check, ota, partitions, rbl, rf, uf2
from bekenlab.image.image import read_image
from bekenlab.openbeken.config.locate import find_config
from bekenlab.openbeken.config_secrets import find_config_sectors, mend_config_sector
from bekenlab.openbeken.easyflash import find_records, mend_record, record_spans
from bekenlab.report.html import html_report
from bekenlab.report.json_report import to_json
from bekenlab.report.summary import summary_line
from bekenlab.samples import build_sample
from bekenlab.tuya import fast_connect, firmware, oem_cfg, protected, protected_edit, psm, psm_edit
from bekenlab.tuya.storage.edit import open_storages
from bekenlab.tuya.storage.encode import encode_protected, encode_storage
from bekenlab.tuya.storage.read import read_storage
from fuzz import seeds
from fuzz.model import FLASH, Target
from fuzz.real import real_dumps
from fuzz.shown import rendered

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.analysis.model import Analysis

SECTOR = 0x1000


def file_of(data: bytes, name: str = "input.bin") -> InputFile:
    """An input as a file."""
    return InputFile(name, Path(name), data)


def each(*functions: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """Several functions that read the same bytes; an error of one does not hide the others."""

    def run(data: bytes) -> None:
        for function in functions:
            try:
                function(data)
            except InternalError:
                raise
            except BekenlabError:
                continue

    return run


def analysed(data: bytes) -> Analysis:
    """The analysis of a dump, and everything that is made of it."""
    analysis = analyze(file_of(data), boot=BootMode.NEVER)
    if isinstance(analysis.problem, InternalError):
        raise analysis.problem
    rendered(to_json(analysis))
    summary_line(analysis)
    return analysis


def _dump(data: bytes) -> None:
    analysed(data)


def _report(data: bytes) -> None:
    html_report(analysed(data))


def _edited(data: bytes) -> None:
    """What redaction does: open, save and read again."""
    target = bytearray(data)
    for editor in open_storages(target):
        editor.erase_unused()
        editor.save()
    for block in protected_edit.open_protected(target, 0):
        block.save()
    old = psm_edit.open_psm(target)
    if old is not None:
        old.save()


def _values(data: bytes) -> None:
    """Any bytes as a value, with right checksums, under a name the last byte chooses."""
    names = (*seeds.values(), "gw_ai", "x.schema", "ap_info_v2")
    name = names[data[-1] % len(names)] if data else names[0]
    region = encode_storage({**seeds.values(), name: data[:3000]}, inner_key=seeds.KEY, blocks=4)
    analysed(bytes(SECTOR) + region)


def _protected_values(data: bytes) -> None:
    name = ("gw_bi", "gw_wsm", "x")[len(data) % 3]
    sector = encode_protected({name: data[:3500] or b"{}"}, inner_key=seeds.KEY, writes=1)
    protected.find_protected(sector)
    _edited(sector)


def _openbeken(data: bytes) -> None:
    find_config(data)
    find_config(data, "BK7252")


def _openbeken_secrets(data: bytes) -> None:
    target = bytearray(data)
    for sector in find_config_sectors(data):
        mend_config_sector(target, sector)
    for record in find_records(data):
        list(record_spans(data, record))
        mend_record(target, record)


def _package(data: bytes) -> None:
    file = recognise(file_of(data))
    for chip in chips():
        place(file, chip)


def _code(data: bytes) -> None:
    firmware.identify(data)
    firmware.default_parameters(data)
    find_bootloader(data)
    find_bootloader_by_texts(data)


def _frames(data: bytes) -> None:
    framing.find_spans(data)
    framing.count_frames(data)
    whole = data[: len(data) // framing.FRAME_SIZE * framing.FRAME_SIZE]
    framing.strip(whole)


def _rf(data: bytes) -> None:
    rf.parse(data)
    rf.check(data)
    rf.find(data)
    rf.mac_offsets(data)


def _keys(data: bytes) -> None:
    keys.keys_of(data)
    loader_check.check_loader(data[:0x11000])
    keys.key_at(data, 0, 0x10000)


def _archive(data: bytes) -> None:
    for file in unpack("input.zip", data):
        assert ".." not in file.path.parts


def _loader() -> list[bytes]:
    whole = build_sample()
    return [whole[:0x11000], whole[:0x3000], whole[0x11000:0x15000], whole[0x2000:0x2400]]


def _flash_seeds() -> list[bytes]:
    whole = seeds.flash()
    return [whole, whole, build_sample(), whole[0x11000:] + whole[:0x11000], whole[:0x30000]]


def _sectors() -> list[bytes]:
    return [*seeds.configs(), seeds.easyflash(), seeds.little_fs(), seeds.configs()[0][:0xE00]]


def _storage_parts() -> list[bytes]:
    return [*seeds.storages(), *seeds.protected_blocks(), *seeds.psm_regions()]


_TAILS = [bytes([number]) for number in range(11)]
_CODE_TOKENS = (b"TUYA IOT SDK", b"OpenBK7231N", b"version 1.18.300", b"esphome", b"bk7231n",
                b"oem_bk7231n_plug:1.0.0", b"{rl1_pin:", b"bootloader", b"LibreTiny")  # fmt: skip

FLASH_TARGETS = (
    Target("dump", _dump, _flash_seeds, real_dumps, _CODE_TOKENS, FLASH, 0.02, 0.6),
    Target("small-dump", _dump, lambda: [seeds.small_flash()], limit=FLASH, weight=0.08, floor=0.4),
    Target("report", _report, lambda: [seeds.small_flash(), seeds.PINS], limit=FLASH, weight=0.03,
           floor=0.6),
    Target("image", each(read_image, is_dump), _loader, tokens=_CODE_TOKENS, weight=0.4),
    Target("loader-and-keys", _keys, _loader, weight=0.1),
    Target("code", _code, lambda: [*_loader(), b"\0".join(_CODE_TOKENS) * 3], tokens=_CODE_TOKENS),
    Target("frames", _frames, _loader),
    Target("partitions", each(partitions.find_table, rbl.parse_header, rbl.find_headers),
           lambda: [*_loader()[1:], *seeds.packages()[:3]]),
    Target("rf", _rf, lambda: [rf.build(bytes.fromhex("1c90ffa1b2c3")), seeds.easyflash()]),
    Target("ota", each(ota.unpack, lambda data: ota.unpack(ota.strip_ug(data))), seeds.packages,
           floor=1.0),
    Target("uf2", uf2.read_uf2, lambda: [*seeds.packages()[-2:]]),
    Target("flash-file", _package, lambda: [*seeds.packages(), seeds.configs()[0]], weight=0.2,
           floor=1.0),
    Target("storage", each(read_storage, _edited), _storage_parts, weight=0.12, floor=0.5),
    Target("storage-values", _values, lambda: [
        value + tail for value in seeds.values().values() for tail in _TAILS], weight=0.08,
        floor=0.5),
    Target("protected-values", _protected_values, lambda: [seeds.identity(), seeds.wifi()],
           weight=0.15),
    Target("tuya-sectors", each(protected.find_protected, psm.read_psm, oem_cfg.find_oem_cfg,
                                fast_connect.find_fast_connect, fast_connect.record_spans),
           lambda: [*_storage_parts(), seeds.fast_connect(hide=True), seeds.PINS + bytes(99)],
           weight=0.3),
    Target("obk-config", each(_openbeken, _openbeken_secrets), _sectors, weight=0.12),
    Target("archive", _archive, seeds.archives,
           tokens=(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"), floor=0.5),
)  # fmt: skip
