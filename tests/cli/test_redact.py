"""``bekenlab redact`` as a user runs it: what is written, printed, and refused."""

import lzma
from pathlib import Path

import pytest

from bekenlab.samples import build_sample
from cli.program import bekenlab

SECRETS = (b"sample-network", b"sample-password", b"sample0000000000")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    return tmp_path


def test_the_copy_is_written_and_analysed_as_before(folder: Path) -> None:
    run = bekenlab("redact", "plug.bin", "-o", "shared.bin", folder=folder)
    assert (run.status, run.err) == (0, "")
    assert "wifi-password" in run.out
    assert not any(secret.decode() in run.out for secret in SECRETS)
    assert (folder / "shared.bin").stat().st_size == 0x200000
    assert sorted(path.name for path in folder.iterdir()) == ["plug.bin", "shared.bin"]
    before, after = (
        bekenlab("analyze", "--json", name, folder=folder).reports[0]
        for name in ("plug.bin", "shared.bin")
    )
    for part in ("pins", "openbeken", "warnings", "module", "firmware"):
        assert before[part] == after[part]


def test_json_says_what_was_replaced_and_no_secret(folder: Path) -> None:
    run = bekenlab("redact", "plug.bin", "--json", "-o", "shared.bin", folder=folder)
    (report,) = run.reports
    assert report["output"]["size"] == report["file"]["size"] == 0x200000
    assert {"kind": "wifi-name", "place": "storage, gw_wsm", "count": 1} in report["replaced"]
    assert "sha256" not in report["file"]
    assert not any(secret.decode() in run.out for secret in SECRETS)


def test_a_packed_dump_gives_the_same_copy(folder: Path) -> None:
    (folder / "plug.bin.xz").write_bytes(lzma.compress(build_sample(), preset=0))
    for name, copy in (("plug.bin", "a.bin"), ("plug.bin.xz", "b.bin")):
        assert bekenlab("redact", name, "-o", copy, folder=folder).status == 0
    assert (folder / "a.bin").read_bytes() == (folder / "b.bin").read_bytes()


@pytest.mark.parametrize("target", ["plug.bin", "link.bin", "sub/../plug.bin"])
def test_its_own_input_is_never_overwritten(folder: Path, target: str) -> None:
    (folder / "sub").mkdir()
    (folder / "link.bin").symlink_to("plug.bin")
    run = bekenlab("redact", "plug.bin", "-o", target, folder=folder)
    assert run.status == 7
    assert "already exists" in run.err
    assert (folder / "plug.bin").read_bytes() == build_sample()


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("missing.bin", None, 9),
        ("photo.jpg", b"\xff\xd8\xff" * 900, 9),
        ("a.txt", b"{rl1_pin:4}", 7),
    ],
)
def test_what_cannot_be_redacted_leaves_no_file(
    folder: Path, name: str, content: bytes | None, status: int
) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    run = bekenlab("redact", name, "-o", "shared.bin", folder=folder)
    assert run.status == status
    assert run.out == ""
    assert not (folder / "shared.bin").exists()


def test_a_folder_that_is_not_there_is_an_error(folder: Path) -> None:
    run = bekenlab("redact", "plug.bin", "-o", "nowhere/shared.bin", folder=folder)
    assert run.status == 9


def test_the_copy_must_be_named(folder: Path) -> None:
    assert bekenlab("redact", "plug.bin", folder=folder).status == 2
