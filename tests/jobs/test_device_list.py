"""Sources of the list of known devices: a file, an earlier download, a URL."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bekenlab.cli.wording import wording
from bekenlab.errors import BekenlabError, DeviceListError, DownloadError, FileAccessError
from bekenlab.jobs import device_list
from bekenlab.jobs.device_list import download_list, read_cached_list, read_list

if TYPE_CHECKING:
    from pathlib import Path

LIST = json.dumps({"devices": [{"name": "Plug", "pins": {"26": "Rel;1"}}]}).encode()
ADDRESS = "https://example.org/devices.json"


class Answers:
    """A download that needs no network."""

    def __init__(self, answer: bytes | BekenlabError) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, address: str, most: int, /) -> bytes:
        self.asked.append(address)
        if isinstance(self.answer, BekenlabError):
            raise self.answer
        return self.answer


def test_a_list_is_downloaded_as_it_is() -> None:
    answers = Answers(LIST)
    assert download_list(ADDRESS, fetch=answers) == LIST
    assert answers.asked == [ADDRESS]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (DownloadError("no route to host"), "no route to host"),
        (b"<html>not found</html>", "not JSON"),
    ],
)
def test_failures_are_explained(answer: bytes | BekenlabError, said: str) -> None:
    with pytest.raises(DeviceListError, match=said):
        download_list(ADDRESS, fetch=Answers(answer))


def test_only_https_is_opened() -> None:
    with pytest.raises(DeviceListError, match="only https"):
        download_list("http://example.org/x")


def test_without_an_earlier_download_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DeviceListError) as caught:
        read_cached_list(tmp_path / "list.json")
    assert device_list.ADDRESS in caught.value.advice(wording)
    (tmp_path / "list.json").write_bytes(LIST)
    assert len(read_cached_list(tmp_path / "list.json").devices) == 1


def test_a_file_that_is_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError):
        read_list(tmp_path / "list.json")
