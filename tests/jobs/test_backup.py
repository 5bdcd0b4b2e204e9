"""A backup is registered for later writes, and does not wait for slow imports."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import FileAccessError, RefusedError
from bekenlab.flashing.connection import ConnectionOptions
from bekenlab.flashing.places import Places
from bekenlab.jobs.backup import backup, plan_backup
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.link.identity import Identity
    from bekenlab.link.transport import Transport

SAMPLE = build_sample()


def open_port(name: str, baud: int) -> Transport:
    return VirtualTransport(RomChip("BK7231N", SAMPLE), name=name)


CONNECTION = ConnectionOptions(port="the wire", wait=1.0, open_port=open_port)


def test_a_backup_is_registered_and_named_by_default(tmp_path: Path) -> None:
    places = Places(tmp_path / "state", tmp_path / "home" / "backups")
    linked: list[Identity] = []
    report = backup(
        CONNECTION,
        None,
        places,
        linked=linked.append,
        now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert report.output == places.backups / "BK7231N-20260102-030405.bin"
    assert report.output.read_bytes() == SAMPLE
    assert [each.chip_name for each in linked] == ["BK7231N"]
    named = tmp_path / "mine.bin"
    backup(CONNECTION, named, places)
    assert places.known.paths() == [report.output.resolve(), named.resolve()]
    assert places.candidates() == [report.output.resolve(), named.resolve()]


def test_an_unregistered_backup_is_found_in_its_folder(tmp_path: Path) -> None:
    places = Places(tmp_path / "state", tmp_path / "backups")
    assert places.candidates([tmp_path / "named.bin"]) == [tmp_path / "named.bin"]
    places.backups.mkdir()
    (places.backups / "left.bin").write_bytes(SAMPLE)
    places.known.add(tmp_path / "noted.bin")
    assert [path.name for path in places.candidates()] == ["left.bin", "noted.bin"]


def test_a_dry_run_creates_no_file_and_estimates_the_time(tmp_path: Path) -> None:
    output = tmp_path / "plug.bin"
    plan = plan_backup(CONNECTION, output)
    assert (plan.identity.chip_name, plan.size) == ("BK7231N", 2 << 20)
    assert 20 < plan.seconds < 30
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_unusable_name_is_reported_before_the_port_is_opened(
    tmp_path: Path, *, dry_run: bool
) -> None:
    def never(name: str, baud: int) -> Transport:
        raise AssertionError("the port was opened")

    connection = ConnectionOptions(port="the wire", open_port=never)
    places = Places(None, tmp_path)
    taken = tmp_path / "taken.bin"
    taken.touch()
    for output, error in ((taken, RefusedError), (tmp_path / "no" / "x.bin", FileAccessError)):
        with pytest.raises(error):
            plan_backup(connection, output) if dry_run else backup(connection, output, places)


# The analyser and numpy take 0.3 s to import, which a backup does not need.
HEAVY = ("numpy", "unicorn", "bekenlab.analysis", "bekenlab.image", "bekenlab.tuya")


@pytest.mark.parametrize(
    "words",
    [
        ["backup", "-o", "new.bin", "-p", "socket://127.0.0.1:1"],
        ["backup", "-o", "new.bin", "-p", "socket://127.0.0.1:1", "--dry-run", "--json"],
    ],
)
def test_the_analyser_is_not_loaded_before_the_chip_is_read(
    tmp_path: Path, words: list[str]
) -> None:
    """The command runs until it opens the port, which fails."""
    program = f"""
import json, sys
import bekenlab.jobs.backup, bekenlab.report.chip_json
from bekenlab.cli.main import main
status = main({words!r}, prog_name="bekenlab", standalone_mode=False)
print("\\n" + json.dumps([status, sorted(sys.modules)]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    status, modules = json.loads(done.stdout.splitlines()[-1])
    assert status == 3, done.stderr  # no device
    loaded = [name for name in modules if name.startswith(HEAVY)]
    assert loaded == []
