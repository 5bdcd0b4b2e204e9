"""Downloads over a real connection to a server on this computer."""

from __future__ import annotations

import pytest

from bekenlab.errors import DownloadError
from bekenlab.jobs.download import check_address, fetch
from loopback import Answer, loopback


def test_content_arrives_unchanged() -> None:
    with loopback() as server:
        server.answers["/file"] = Answer(body=bytes(range(256)) * 40)
        assert fetch(f"{server.address}/file", 1 << 20) == bytes(range(256)) * 40


def test_a_redirection_is_followed() -> None:
    with loopback() as server:
        server.answers["/file"] = Answer(302, headers={"Location": "/other"})
        server.answers["/other"] = Answer(body=b"here")
        assert fetch(f"{server.address}/file", 100) == b"here"
        assert server.asked == ["/file", "/other"]


@pytest.mark.parametrize("target", ["http://192.0.2.1/x", "ftp://example.org/x"])
def test_a_redirection_to_anything_but_https_is_not_followed(target: str) -> None:
    with loopback() as server:
        server.answers["/file"] = Answer(302, headers={"Location": target})
        with pytest.raises(DownloadError):
            fetch(f"{server.address}/file", 100)
        assert server.asked == ["/file"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(404), "404"),
        (Answer(500), "500"),
        (Answer(body=b"x" * 101), "more than 100 bytes"),
        (Answer(body=b"half", cut=True), "cannot be downloaded"),
    ],
)
def test_failures_are_explained(answer: Answer, said: str) -> None:
    with loopback() as server:
        server.answers["/file"] = answer
        with pytest.raises(DownloadError, match=said):
            fetch(f"{server.address}/file", 100)


def test_an_unreachable_server() -> None:
    with loopback() as server:
        address = server.address
    with pytest.raises(DownloadError, match="cannot be downloaded"):
        fetch(address, 100)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/x",
        "file:///etc/hosts",
        "ftp://example.org/x",
        "://",
        "HTTP://x",
        "https://",
        "http://[::1",
        "http://127.0.0.1.example.org/",
    ],
)
def test_only_https_is_asked(address: str) -> None:
    with pytest.raises(DownloadError, match="only https"):
        check_address(address)


@pytest.mark.parametrize(
    "address", ["https://example.org/x", "http://[::1]/x", "http://localhost/"]
)
def test_https_and_this_computer_are_asked(address: str) -> None:
    check_address(address)
