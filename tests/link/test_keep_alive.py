"""A loader that gives up on silent hosts is kept alive."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bekenlab.chips import LoaderKind, download_protocol
from bekenlab.flashing import connection
from bekenlab.link.commands import check_crc, erase_sector
from bekenlab.link.connect import Link
from bekenlab.link.errors import LineLostError
from bekenlab.link.identity import Identity
from bekenlab.link.keep_alive import keep_alive
from bekenlab.link.linking import Stage
from bekenlab.link.session.pipeline import Pipeline
from bekenlab.link.session.policy import UNKNOWN_LOADER, LoaderPolicy
from bekenlab.link.session.session import Session
from bekenlab.link.target import Target
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip

if TYPE_CHECKING:
    from bekenlab.link.transport import ModemLines, Transport

CHECK = bytes.fromhex("01e0fc0100")
LINKED = bytes.fromhex("040e0501e0fc0100")
# A BK7231T's boot loader restarts when it has received nothing for this long.
GIVES_UP = 0.1


class Line:
    """A loader that answers link checks at once, and records what it received and when."""

    name = "a line"
    baud = 921_600
    lines: ModemLines | None = None

    def __init__(self) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self.lost = self.deaf = False
        self._answers = bytearray()

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        if self.lost:
            raise LineLostError("gone")
        self.heard.append((self.now(), data))
        if data == CHECK and not self.deaf:
            self._answers += LINKED

    def read(self, timeout: float) -> bytes:
        if not self._answers:
            time.sleep(timeout)
        data = bytes(self._answers)
        self._answers.clear()
        return data

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def close(self) -> None:
        pass

    def longest_silence(self) -> float:
        times = [at for at, _ in self.heard] + [self.now()]
        return max(after - before for before, after in pairwise(times))


def target(line: Transport, kind: LoaderKind = LoaderKind.TUYA) -> Target:
    identity = Identity(kind, None, None, "", 0, "", None, None, 1 << 21, "usual")
    return Target(Session(line, LoaderPolicy.of(download_protocol(kind))), identity)


def keep_alive_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "keep-alive"]


@pytest.mark.parametrize("deaf", [False, True], ids=["answered", "while a wire is moved"])
def test_a_loader_hears_something_before_it_gives_up(*, deaf: bool) -> None:
    line = Line()
    line.deaf = deaf
    with keep_alive(target(line)):
        time.sleep(0.5)
        silence = line.longest_silence()
    assert {data for _, data in line.heard} == {CHECK}
    assert len(line.heard) > 0.5 / GIVES_UP
    assert silence < 5 * GIVES_UP, "several times as long only on a computer that is busy"
    assert not keep_alive_threads()


def test_requests_in_progress_are_not_interrupted() -> None:
    line = Line()
    chip = target(line)
    with keep_alive(chip):
        with chip.session.lock:
            time.sleep(0.2)
            assert not line.heard
        request = check_crc(0x11000, 0x12000)
        Pipeline(chip.session, lambda: 100).send(request)
        time.sleep(0.2)
        assert [data for _, data in line.heard] == [request.raw]


def test_nothing_is_sent_that_could_become_part_of_an_erase_command() -> None:
    line = Line()
    chip = target(line)
    with keep_alive(chip):
        assert chip.session.try_once(erase_sector(0x11000)) is None
        time.sleep(0.2)
        assert [data for _, data in line.heard] == [erase_sector(0x11000).raw]
        chip.session.resync()
        time.sleep(0.2)
    assert line.heard[-1][1] == CHECK
    after = line.heard[1][0] - line.heard[0][0]
    assert after > UNKNOWN_LOADER.forgets_after, (
        "by then the loader has forgotten it, or has restarted"
    )


def test_nothing_is_sent_after_a_reboot() -> None:
    line = Line()
    chip = target(line)
    with keep_alive(chip):
        chip.reboot()
        count = len(line.heard)
        time.sleep(0.2)
    assert len(line.heard) == count, "link checks would keep the firmware from starting"


def test_a_lost_port_is_reported_by_the_next_request() -> None:
    line = Line()
    line.lost = True
    chip = target(line)
    with keep_alive(chip):
        time.sleep(0.2)
        assert not keep_alive_threads()
        with pytest.raises(LineLostError, match="gone"):
            chip.crc(0, 256)
    assert not keep_alive_threads()


@pytest.mark.parametrize(
    "chip",
    [target(Line(), LoaderKind.ROM), target(VirtualTransport(RomChip("BK7231N")))],
    ids=["rom", "virtual time"],
)
def test_loaders_that_wait_forever_are_left_alone(chip: Target) -> None:
    with keep_alive(chip):
        assert not keep_alive_threads()


def test_an_open_chip_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line()
    chip = target(line)
    monkeypatch.setattr(
        connection, "connect", lambda *_given, **_wanted: Link(chip, Stage.HAND, 921_600)
    )
    with connection.open_chip(
        connection.ConnectionOptions("a port", open_port=lambda _name, _baud: line), "job"
    ):
        assert keep_alive_threads()
    assert not keep_alive_threads()
