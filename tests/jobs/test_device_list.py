"""Where the list of known devices comes from: a file, an earlier download, an address."""

from __future__ import annotations

import io
import json
import urllib.request
from email.message import Message
from typing import IO, TYPE_CHECKING
from urllib.error import URLError
from urllib.response import addinfourl

import pytest

from bekenlab.errors import DeviceListError, FileAccessError
from bekenlab.jobs import device_list
from bekenlab.jobs.device_list import download_list, read_cached_list, read_list

if TYPE_CHECKING:
    from pathlib import Path

LIST = json.dumps({"devices": [{"name": "Plug", "pins": {"26": "Rel;1"}}]}).encode()
ADDRESS = "https://example.org/devices.json"


class Answers:
    """An opener that needs no network."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def open(self, fullurl: str, data: None = None, timeout: float | None = None) -> IO[bytes]:
        assert timeout
        self.asked.append(fullurl)
        if isinstance(self.answer, Exception):
            raise self.answer
        return io.BytesIO(self.answer)


def test_a_list_is_downloaded_as_it_is() -> None:
    answers = Answers(LIST)
    assert download_list(ADDRESS, opener=answers) == LIST
    assert answers.asked == [ADDRESS]


@pytest.mark.parametrize(
    "address",
    ["http://example.org/x", "file:///etc/hosts", "ftp://example.org/x", "://", "HTTP://x"],
)
def test_only_https_is_opened(address: str) -> None:
    answers = Answers(LIST)
    with pytest.raises(DeviceListError, match="https only"):
        download_list(address, opener=answers)
    assert answers.asked == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (URLError("no route to host"), "no route to host"),
        (TimeoutError("timed out"), "timed out"),
        (b"<html>not found</html>", "no JSON"),
        (b" " * (9 << 20), "more than"),
    ],
)
def test_what_goes_wrong_is_said(answer: bytes | Exception, said: str) -> None:
    with pytest.raises(DeviceListError, match=said):
        download_list(ADDRESS, opener=Answers(answer))


class Redirects(urllib.request.HTTPSHandler):
    """Answers every https request with a redirection."""

    target = ""

    def https_open(self, req: urllib.request.Request) -> addinfourl:  # type: ignore[override]
        headers = Message()
        headers["Location"] = self.target
        answer = addinfourl(io.BytesIO(b""), headers, req.full_url, 302)
        answer.msg = "Found"  # type: ignore[attr-defined]
        return answer


def test_a_redirection_to_anything_but_https_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Redirects, "target", "http://example.org/devices.json")
    opener = urllib.request.build_opener(device_list._NoDowngrade, Redirects)
    with pytest.raises(DeviceListError, match="https only"):
        download_list(ADDRESS, opener=opener)


def test_without_an_earlier_download_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DeviceListError) as caught:
        read_cached_list(tmp_path / "list.json")
    assert device_list.ADDRESS in caught.value.hint
    (tmp_path / "list.json").write_bytes(LIST)
    assert len(read_cached_list(tmp_path / "list.json").devices) == 1


def test_a_file_that_is_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError):
        read_list(tmp_path / "list.json")
