"""The newest OpenBeken, downloaded from a server on this computer, checked and cached."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.cli.wording import wording
from bekenlab.errors import DownloadError, UnsupportedError, UsageError
from bekenlab.events import Event, Message
from bekenlab.jobs.install.latest import MIRROR, latest_firmware
from loopback import Answer, Loopback, loopback
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bekenlab.jobs.install.model import Firmware

NAME = "OpenBK7231T_QIO_1.18.300.bin"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as state:
        yield state


def publish(server: Loopback, content: bytes, **changed: Any) -> None:
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    asset = {
        "name": NAME,
        "size": len(content),
        "digest": digest,
        "browser_download_url": f"{server.address}/{NAME}",
    }
    others = [
        {"name": "OpenBK7231T_1.18.300.rbl", "size": 1, "browser_download_url": "https://x"},
        {"name": "OpenBK7231T_QIO_1.18.300_berry.bin", "size": 1, "browser_download_url": "x"},
        "no entry at all",
    ]
    release = {"tag_name": "1.18.300", "assets": [*others, asset | changed]}
    server.answers["/latest"] = Answer(body=json.dumps(release).encode())
    server.answers[f"/{NAME}"] = Answer(body=content)


def latest(server: Loopback, cache: Path, chip: str = "BK7231T") -> Firmware:
    return latest_firmware(chip, cache, environment={MIRROR: f"{server.address}/latest"})


def real() -> bytes:
    return dump("openbk7231t-qio-1.18.300")


def test_it_is_downloaded_once_and_then_there(server: Loopback, tmp_path: Path) -> None:
    publish(server, real())
    first = latest(server, tmp_path)
    assert first.path == tmp_path / NAME
    assert first.path.read_bytes() == real()
    assert first.file.firmware == "OpenBK7231T 1.18.300"
    latest(server, tmp_path)
    assert server.asked == ["/latest", f"/{NAME}", "/latest"]


def test_a_damaged_copy_is_downloaded_again(server: Loopback, tmp_path: Path) -> None:
    publish(server, real())
    (tmp_path / NAME).write_bytes(real()[:-1] + b"!")
    assert latest(server, tmp_path).path.read_bytes() == real()


def test_without_a_digest_the_size_counts(server: Loopback, tmp_path: Path) -> None:
    publish(server, real(), digest=None)
    assert latest(server, tmp_path).path.read_bytes() == real()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"digest": "sha256:" + "0" * 64}, "SHA-256 differs"),
        ({"size": 5, "digest": None}, "instead of 5"),
        ({"name": "OpenBK7231N_QIO_1.18.300.bin"}, r"has no OpenBK7231T_QIO_\*.bin"),
    ],
)
def test_what_is_not_as_announced_is_not_kept(
    server: Loopback, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    publish(server, real(), **changed)
    with pytest.raises(DownloadError, match=said):
        latest(server, tmp_path)
    assert not list(tmp_path.iterdir())


def test_content_that_is_no_openbeken_is_not_installed(server: Loopback, tmp_path: Path) -> None:
    publish(server, b"\x00\x01" * 70_000)
    with pytest.raises(UsageError, match="not OpenBeken"):
        latest(server, tmp_path)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"assets": 3}', b"[" * 100_000])
def test_an_unusable_announcement(server: Loopback, tmp_path: Path, answer: bytes) -> None:
    server.answers["/latest"] = Answer(body=answer)
    with pytest.raises(DownloadError, match="did not return the list of files"):
        latest(server, tmp_path)


def test_an_earlier_download_is_named_when_there_is_no_network(
    server: Loopback, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(b"an earlier one")
    with pytest.raises(DownloadError) as caught:
        latest(server, tmp_path)
    assert str(tmp_path / NAME) in caught.value.advice(wording)


def test_a_chip_openbeken_is_not_released_for(server: Loopback, tmp_path: Path) -> None:
    publish(server, real())
    with pytest.raises(UnsupportedError, match="BK7231Q"):
        latest(server, tmp_path, "BK7231Q")


@pytest.mark.parametrize(
    ("changed", "said"),
    [({}, "from the same server as the file"), ({"digest": None}, "no SHA-256 was published")],
)
def test_a_digest_that_nobody_else_vouches_for_is_said(
    server: Loopback, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    publish(server, real(), **changed)
    seen: list[Event] = []
    place = {MIRROR: f"{server.address}/latest"}
    latest_firmware("BK7231T", tmp_path, environment=place, events=seen.append)
    (told,) = [e for e in seen if isinstance(e, Message) and e.code == "download-unconfirmed"]
    assert said in told.message


def test_a_digest_of_the_publisher_goes_without_saying(tmp_path: Path) -> None:
    content = real()
    asset = {
        "name": NAME,
        "size": len(content),
        "digest": "sha256:" + hashlib.sha256(content).hexdigest(),
        "browser_download_url": f"https://github.com/x/{NAME}",
    }
    answers = {True: json.dumps({"assets": [asset]}).encode(), False: content}
    seen: list[Event] = []
    latest_firmware(
        "BK7231T",
        tmp_path,
        fetch=lambda address, _most: answers["api.github.com" in address],
        environment={},
        events=seen.append,
    )
    assert not [e for e in seen if isinstance(e, Message) and e.code == "download-unconfirmed"]


@pytest.mark.parametrize("place", ["http://127.0.0.1:1/x", "https://192.168.1.1/x", "file:///x"])
def test_an_announcement_does_not_lead_into_private_networks(
    server: Loopback, tmp_path: Path, place: str
) -> None:
    publish(server, real(), browser_download_url=place)
    with pytest.raises(DownloadError):
        latest(server, tmp_path)
    assert server.asked == ["/latest"]
