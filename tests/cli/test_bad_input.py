"""Every row of "what bad input gets": seen, hint, code and status 9; never a traceback."""

import gzip
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import contract
from bekenlab.samples import build_sample
from cli.program import Run, from_scratch

FEW_HUNDRED = 400  # MiB; Python with numpy takes some 60 before it has read anything


def put(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 30)


def zip_bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.bin", "w") as m,
    ):
        for _ in range(96):
            m.write(bytes(1 << 20))


def bomb_of_many(path: Path) -> None:
    """Each member is of an allowed size, all together are not."""
    row = bytes(range(256)) * (31 << 12)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(6):
            archive.writestr(f"{number}.bin", row)


def folder(path: Path) -> None:
    path.mkdir()
    (path / "notes.md").write_text("no dump")


def truncated_gzip(path: Path) -> None:
    packed = gzip.compress(build_sample())
    path.write_bytes(packed[: len(packed) // 2])


def flipped_gzip(path: Path) -> None:
    packed = bytearray(gzip.compress(build_sample()))
    packed[len(packed) // 2] ^= 4
    path.write_bytes(packed)


def missing(path: Path) -> None:
    """Nothing is made."""


ROWS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "missing": (missing, "file-access", "does not exist"),
    "a folder without dumps": (folder, "file-access", "holds no dumps"),
    "a pipe": (os.mkfifo, "file-access", "not a regular file"),
    "empty": (put(b""), "not-a-dump", "empty"),
    "all FF": (put(b"\xff" * 0x200000), "not-a-dump", "every byte is FF"),
    "all 00": (put(bytes(0x200000)), "not-a-dump", "every byte is 00"),
    "random": (put(random.Random(1).randbytes(0x100000)), "not-a-dump", "random"),
    "text": (put(b"Hello, world\n"), "not-a-dump", "text without a Tuya configuration"),
    "settings": (put(b"CFG\x05" + bytes(0xF00)), "not-a-dump", "OpenBeken configuration"),
    "one gibibyte": (sparse, "too-large", "1,073,741,824 bytes"),
    "a zip bomb": (zip_bomb, "too-large", "unpacks to more than"),
    "a zip bomb of many": (bomb_of_many, "too-large", "unpacks to more than"),
    "a truncated archive": (truncated_gzip, "corrupt-input", "damaged"),
    "a flipped archive": (flipped_gzip, "corrupt-input", "damaged"),
}


def tells(run: Run, code: str, seen: str) -> None:
    message = " ".join(run.err.split())
    assert run.status == 9
    assert message.startswith("error: ")
    assert seen in message
    assert " try: " in message
    assert f"code {code}, exit 9" in message
    assert run.mebibytes < FEW_HUNDRED


@pytest.mark.parametrize("row", ROWS)
def test_bad_input_is_told_with_status_9(row: str, tmp_path: Path) -> None:
    make, code, seen = ROWS[row]
    make(tmp_path / "in")
    tells(from_scratch("analyze", "in", folder=tmp_path), code, seen)


def test_all_bad_inputs_at_once_as_json(tmp_path: Path) -> None:
    """One object a line for every one of them, and the good file among them is not lost."""
    names = []
    for number, (make, _, _) in enumerate(ROWS.values()):
        names.append(f"{number}.bin")
        make(tmp_path / names[-1])
    (tmp_path / "good.bin").write_bytes(build_sample())
    run = from_scratch("analyze", "--json", *names, "good.bin", folder=tmp_path)
    assert run.status == 9
    reports = {report["file"]["name"]: report for report in run.reports}
    assert len(reports) == len(run.reports) == len(ROWS) + 1
    for name, (row, (_, code, seen)) in zip(names, ROWS.items(), strict=True):
        error = reports[name]["error"]
        assert error["code"] == code, row
        assert seen in error["message"]
        assert error["hint"]
        assert error["exit"] == 9
        whole = code == "not-a-dump"
        (contract.check if whole else contract.check_unread)(reports[name])
    contract.check(reports["good.bin"])
    assert "error" not in reports["good.bin"]
    assert run.mebibytes < FEW_HUNDRED


@pytest.mark.parametrize(
    ("damage", "seen"),
    [
        (lambda data: data[:0x100000], "damaged"),
        (lambda data: data[:0x11110] + b"\x55" + data[0x11111:], "CRC"),
    ],
    ids=["truncated", "bit-flipped"],
)
def test_a_damaged_dump_is_told_and_shown(
    tmp_path: Path, damage: Callable[[bytes], bytes], seen: str
) -> None:
    (tmp_path / "plug.bin").write_bytes(damage(build_sample()))
    run = from_scratch("analyze", "plug.bin", folder=tmp_path)
    tells(run, "damaged-dump", seen)
    assert "BK7231N" in run.out
    assert "bekenlab_sample_plug 1.0.0" in run.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"x")
    (tmp_path / "in").chmod(0)
    tells(from_scratch("analyze", "in", folder=tmp_path), "file-access", "permission denied")


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    run = from_scratch("analyze", os.fsdecode(b"\xff\x1b[31m.bin"), folder=tmp_path)
    assert run.status == 9
    assert "does not exist" in run.err
    assert "\x1b" not in run.err


def test_the_largest_file_allowed_costs_bounded_memory(tmp_path: Path) -> None:
    (tmp_path / "joined.bin").write_bytes(build_sample() * 16)
    run = from_scratch("analyze", "--json", "joined.bin", folder=tmp_path)
    assert run.status in (0, 9)
    contract.check(run.reports[0])
    assert run.mebibytes < FEW_HUNDRED
