"""Slow networks, operating system ports, and a busy computer."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bekenlab.chips import SECTOR
from bekenlab.link.commands import check_crc
from bekenlab.link.connect import connect
from bekenlab.link.reading import read_sectors
from bekenlab.link.session.pipeline import Pipeline
from bekenlab.link.session.session import Session
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.wire_chips import build
from shared import dump

if TYPE_CHECKING:
    from bekenlab.link.transport import ModemLines, Transport

DUMPS = {
    "BK7231N": "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17",
    "BK7231T": "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz",
}


class Far(VirtualTransport):
    """A connection with latency in both directions, as over Wi-Fi."""

    delay = 0.0

    def __init__(self, chip: str) -> None:
        super().__init__(build(chip, dump(DUMPS[chip])))
        self._there: deque[tuple[float, bytes]] = deque()
        self._back: deque[tuple[float, bytes]] = deque()

    def write(self, data: bytes) -> None:
        self._there.append((self.now() + self.delay, data))

    def read(self, timeout: float) -> bytes:
        end = self.now() + timeout
        while True:
            if self._back and self._back[0][0] <= self.now():
                return self._back.popleft()[1]
            while self._there and self._there[0][0] <= self.now():
                super().write(self._there.popleft()[1])
            due = min([end, *(queue[0][0] for queue in (self._there, self._back) if queue)])
            data = super().read(max(0.0, due - self.now()))
            if data:
                self._back.append((self.now() + self.delay, data))
            elif self.now() >= end:
                return b""


# A BK7231T gives up on a host that is silent for 0.1 s, which every host is between an answer and
# the next request when the round trip takes longer.
@pytest.mark.parametrize(
    ("chip", "delay"), [("BK7231N", 0.04), ("BK7231N", 0.1), ("BK7231T", 0.04)]
)
def test_a_slow_connection_loses_nothing(chip: str, delay: float) -> None:
    line = Far(chip)
    target = connect(line, wait=0).target
    line.delay = delay
    before = target.session.lost
    addresses = range(0x11000, 0x11000 + 8 * SECTOR, SECTOR)
    started = line.now()
    read = {sector.address: sector.data for sector in read_sectors(target, addresses)}
    assert {a: read[a] for a in addresses} == {
        a: dump(DUMPS[chip])[a : a + SECTOR] for a in addresses
    }
    for _ in range(10):
        target.session.ask(check_crc(0x11000, 0x12000), tries=1)
    assert target.session.lost == before
    assert line.now() - started < 40 * 2 * delay + 1.0


@dataclass
class Script:
    """A connection on which bytes arrive at predetermined times."""

    arrives: deque[tuple[float, bytes]]
    name: str = "script"
    baud: int = 921_600
    lines: ModemLines | None = None
    clock: float = 0.0
    written: int = 0

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        self.written += 1

    def read(self, timeout: float) -> bytes:
        due = self.arrives[0][0] if self.arrives else self.clock + timeout
        self.clock = max(self.clock, min(due, self.clock + timeout))
        return self.arrives.popleft()[1] if self.arrives and due <= self.clock else b""

    def now(self) -> float:
        return self.clock

    def sleep(self, seconds: float) -> None:
        self.clock += seconds

    def close(self) -> None:
        pass


def test_a_pause_of_the_host_tears_no_reply() -> None:
    reply = bytes.fromhex("040e0801e0fc10") + b"CRC."
    line = Script(deque([(0.001, reply + reply[:5]), (0.002, reply[5:])]))
    pipe = Pipeline(Session(line), lambda: 100)
    pipe.send(check_crc(0, 256))
    pipe.send(check_crc(256, 512))
    assert pipe.receive().data == b"CRC."
    line.sleep(0.3)  # a slow disk
    assert pipe.receive().data == b"CRC."
    assert line.written == 2, "neither nudged nor asked again"


def test_a_torn_reply_is_given_up_before_the_loader_gives_up() -> None:
    reply = bytes.fromhex("040e0801e0fc10") + b"CRC."
    line = Script(deque([(0.001, reply[:5])]))
    session = Session(line)
    assert session.try_once(check_crc(0, 256)) is None
    assert line.clock < 0.1
    assert line.written == 1, "the answer to anything sent meanwhile would be taken for its rest"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo terminals on this system")
def test_link_checks_follow_each_other_closely_on_a_real_port() -> None:
    from bekenlab.link.serial_port import SerialTransport

    host, device = os.openpty()
    line: Transport = SerialTransport(os.ttyname(device), 115_200)
    heard = bytearray()
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            heard.extend(os.read(host, 4096))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    session = Session(line)
    moments = [time.monotonic()]
    for _ in range(100):
        assert not session.try_link()
        moments.append(time.monotonic())
    over.set()
    session.try_link()
    thread.join(5)
    line.close()
    os.close(host)
    os.close(device)
    assert len(heard) >= 500
    # A BK7231T listens for 4 ms; a check takes 0.43 ms to send, with a gap of 0.6 ms after it.
    # Half of them: the computer may be busy with other tests.
    apart = sorted(later - earlier for earlier, later in pairwise(moments))
    assert apart[50] < 0.003
