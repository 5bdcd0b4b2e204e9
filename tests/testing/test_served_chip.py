"""A chip that other programs are tried on, for as long as a test takes."""

from __future__ import annotations

import socket
import sys
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

import bekenlab
from bekenlab.errors import NotADumpError, UnsupportedError, UsageError
from bekenlab.samples import build_sample
from bekenlab.testing import ServedChip, ServedChips

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAMPLE = build_sample()
LINK, LINKED = bytes.fromhex("01e0fc0100"), bytes.fromhex("040e0501e0fc0100")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo terminals")


@pytest.fixture
def chips() -> Iterator[ServedChips]:
    with ServedChips() as made:
        yield made


def asked(port: int) -> bytes:
    """What a chip at a TCP port answers a program that asks whether it is there."""
    heard = b""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
        line.settimeout(0.05)
        for _ in range(200):
            line.sendall(LINK)
            try:
                heard += line.recv(100)
            except TimeoutError:
                continue
            if LINKED in heard:
                return heard
    return heard


def is_gone(port: int) -> bool:
    """Whether nobody listens at a TCP port, at the latest in five seconds."""
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.05)
    return False


def test_it_answers_at_its_port(chips: ServedChips) -> None:
    chip = chips(SAMPLE)
    assert (chip.chip, chip.address) == ("BK7231N", f"rfc2217://127.0.0.1:{chip.port}")
    assert LINKED in asked(chip.port)


@pytest.mark.parametrize("pty", [False, pytest.param(True, marks=POSIX)])
def test_what_a_program_writes_is_in_its_flash(
    chips: ServedChips, tmp_path: Path, *, pty: bool
) -> None:
    chip = chips(chip="BK7231N", pty=pty)
    assert chip.flash == b"\xff" * (2 << 20)
    new = bytes(range(256)) * 16
    places = bekenlab.Places(None, tmp_path)
    port = chip.address if pty else f"socket://127.0.0.1:{chip.port}"  # RFC 2217 is slow
    with bekenlab.connect(port, wait=10, places=places) as linked:
        linked.write(new, address=0x1E0000, yes=True, force=["no-backup", "unknown-file"])
    assert chip.flash[0x1E0000:0x1E1000] == new
    assert chip.flash[:0x1E0000] == b"\xff" * 0x1E0000


def test_several_are_served_at_once(chips: ServedChips) -> None:
    ports = {chips(chip="BK7231N").port for _ in range(3)}
    assert len(ports) == 3
    assert all(LINKED in asked(port) for port in ports)


def test_it_ends_with_the_test() -> None:
    with ServedChips() as made:
        port = made(SAMPLE).port
    assert is_gone(port)


def test_a_fault_that_pulls_the_plug_is_no_failure_of_the_test(chips: ServedChips) -> None:
    chip = chips(SAMPLE, fault="unplug@3")
    with suppress(ConnectionError):
        assert LINKED not in asked(chip.port)
    assert is_gone(chip.port)


def test_what_cannot_be_served_is_refused() -> None:
    with pytest.raises(UsageError, match="needs a name"):
        ServedChip()
    with pytest.raises(UnsupportedError):
        ServedChip(SAMPLE, chip="ESP8266")
    with pytest.raises(NotADumpError):
        ServedChip(chip="BK7231T")


@POSIX
def test_a_pseudo_terminal_has_no_port(chips: ServedChips) -> None:
    chip = chips(SAMPLE, pty=True)
    with pytest.raises(UsageError):
        _ = chip.port
