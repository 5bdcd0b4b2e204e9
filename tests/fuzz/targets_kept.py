"""Targets that read what bekenlab itself has kept: journals, manifests, lists."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bekenlab.chips import LoaderKind, chip
from bekenlab.flashing.backup_files import BackupFiles, is_as_made, manifest_path, next_output
from bekenlab.flashing.backup_list import backup_in
from bekenlab.flashing.baud_memory import BaudMemory
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.known_backups import KnownBackups
from bekenlab.flashing.same_chip import identity_facts
from bekenlab.jobs.lan.probe_record import ProbeRecords
from bekenlab.lan.replies import DeviceInfo
from bekenlab.link.identity import Identity
from bekenlab.probing.observations import WireTrace
from bekenlab.probing.observations_json import observations_json, read_observations
from bekenlab.probing.rules.conclude import conclude
from fuzz.model import Target
from probing import records

SECTOR = 0x1000
_SIZE = 4 * SECTOR
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@cache
def _identity() -> Identity:
    return Identity(
        kind=LoaderKind.ROM, chip=chip("BK7231N"), chip_id=0x7231C, boot_version="",
        loader_crc=0x12345678, loader_name="", flash_id=0x1560EB, flash_part=None,
        flash_size=0x200000, size_source="flash id",
    )  # fmt: skip


@cache
def _folder() -> Path:
    """A folder of this process; it is removed when the process ends."""
    kept.append(tempfile.TemporaryDirectory(prefix="bekenlab-fuzz-"))
    return Path(kept[-1].name)


kept: list[tempfile.TemporaryDirectory[str]] = []


def _write(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _observations(data: bytes) -> None:
    conclude(read_observations(data))


def _seen() -> list[bytes]:
    """A plug, and lamps with PWMs and with a driver."""
    plug = records.all_of(
        records.boot(records.output(26), records.blinking(8), records.button(10)),
        records.control(records.output(26), records.blinking(8), records.button(10)),
        records.press(10, records.output(26, ((440.0, 1),)), records.button(10)),
        records.commanded(("on", 1, ((26, 0.0, 1.0, 1),))),
    )
    wires = (WireTrace(8, 26, ((3020.0, "c0280000ff000000"), (4020.0, "c02800ff00000000")), 2),)
    lamp = records.all_of(records.product_test(*records.slots({8: (0, 2), 9: (1, 3)}), wires=wires))
    return [json.dumps(observations_json(each)).encode() for each in (plug, lamp)]


def _journal(data: bytes) -> None:
    _write("writes/a.json", data)
    journal = WriteJournal(_folder())
    journal.concerns(_identity())
    found = journal.find(_identity(), {0: 1, SECTOR: 2})
    if found is not None:
        found[1].notice()
        journal.save(found[1], found[0])


def _manifest(data: bytes) -> None:
    dump = _write("backup.bin", b"dump")
    manifest_path(dump).write_bytes(data)
    is_as_made(dump, b"dump")
    backup_in(dump)


def _partial(data: bytes) -> None:
    """A backup that was cut off; its journal may be anything."""
    folder = _folder() / "partial"
    output = folder / "plug.bin"
    _write("partial/plug.bin.partial", bytes(_SIZE))
    _write("partial/plug.bin.journal", data)
    next_output(folder, _identity(), NOW)
    files = BackupFiles(output, identity_facts(_identity()), _SIZE)
    files.close()
    assert len(files.data) == _SIZE


def _probe_record(data: bytes) -> None:
    info, records = DeviceInfo("build", "BK7231N"), ProbeRecords(_folder())
    _write(records.path(info, "lamp").name, data)
    found = records.find(info, "lamp")
    if found is not None:
        records.keep(info, "lamp", found)


def _probe_records() -> list[bytes]:
    numbers = [0, 1, 26]
    record = {"build": "b", "roles": numbers, "channels": numbers, "second_channels": numbers}
    return [json.dumps(record | {"kept": "/a/b.bin"}).encode()]


def _lists(data: bytes) -> None:
    _write("backups.json", data)
    _write("adapters.json", data)
    paths = KnownBackups(_folder()).paths()
    for path in paths[:20]:
        try:
            path.is_file()
        except OSError:
            continue  # longer than any name of a file: is_there() asks for that
        except ValueError as error:  # a path with a NUL
            raise AssertionError(f"{error}: {path!r}") from error
    memory = BaudMemory(_folder())
    memory.recall("a")
    memory.remember("b", 115200)


def _records() -> list[bytes]:
    facts = identity_facts(_identity())
    record = {
        "format": "bekenlab-write", "version": 1, "chip": facts, "ranges": [[0x11000, 0x12000]],
        "crcs": {"0": 1, "1000": 2}, "originals": {"11000": "QUJD"}, "backup": "/a/b.bin",
        "status": 0, "title": "app.bin", "made": "2026-11-30T12:00+01:00",
    }  # fmt: skip
    return [json.dumps(record).encode(), json.dumps(record | {"backup": None}, indent=1).encode()]


def _partial_journals() -> list[bytes]:
    head = {"format": "bekenlab-backup", "version": 1, "size": _SIZE, **identity_facts(_identity())}
    crc = 0xC71C0011  # of a sector of zeros
    lines = [json.dumps(head), *(json.dumps({"a": at, "c": crc}) for at in range(0, _SIZE, SECTOR))]
    return ["\n".join(lines).encode() + b"\n", "\n".join(lines[:2]).encode()]


def _manifests() -> list[bytes]:
    facts = {
        **identity_facts(_identity()),
        "sha256": "0" * 64,
        "made": "2026-11-30",
        "chip": "BK7231N",
    }
    return [json.dumps(facts).encode(), json.dumps(facts, indent=1).encode()]


_TOKENS = (b'"a"', b'"c"', b'"sha256"', b'"chip"', b'"ranges"', b'"crcs"', b'"originals"', b"=",
           b'"version"', b"bekenlab-write", b'"backup"', b"\\u0000")  # fmt: skip

KEPT_TARGETS = (
    Target("observations", _observations, _seen, tokens=_TOKENS, weight=0.3),
    Target("journal", _journal, _records, tokens=_TOKENS, weight=0.3),
    Target("probe-record", _probe_record, _probe_records, tokens=_TOKENS, weight=0.2),
    Target("manifest", _manifest, _manifests, tokens=_TOKENS, weight=0.3),
    Target("partial-backup", _partial, _partial_journals, tokens=_TOKENS, weight=0.2),
    Target("kept-lists", _lists, lambda: [b'["/a/b.bin","/c.bin"]', b'{"a":115200,"b":921600}'],
           tokens=_TOKENS, weight=0.2),
)  # fmt: skip
