"""What a recorder makes of edges: those of pins, bursts as shares, messages of two wires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bekenlab.machine import Machine
from bekenlab.probing.recorder import Recorder
from machine_support import LOOP, firmware

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.probing.observations import PinTrace, WireTrace

CLOCK, DATA = 6, 7
GPIO, OUT_LOW, OUT_HIGH = 0x00802800, 0, 2


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine.from_image(firmware(LOOP), chip="BK7231N")
    yield made
    made.close()


class Firmware:
    """Stands in for firmware that sets pins, some time apart."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.recorder = Recorder(machine)

    def set(self, gpio: int, level: int, after_ms: float = 0.05) -> None:
        self._machine.clock.now += round(self._machine.clock.hz * after_ms / 1000)
        self._machine.board.bus.write(GPIO + 4 * gpio, 4, OUT_HIGH if level else OUT_LOW)
        now = self._machine.clock.now
        self._machine.board.gpio.settle(now, now, now)

    def rest(self, ms: float) -> None:
        self._machine.clock.now += round(self._machine.clock.hz * ms / 1000)
        self.recorder.step()

    def send(self, message: bytes) -> None:
        """A message as two-wire drivers take it."""
        self.set(DATA, 0)
        self.set(CLOCK, 0)
        for byte in message:
            for bit in (*(byte >> 7 - n & 1 for n in range(8)), 0):
                self.set(DATA, bit)
                self.set(CLOCK, 1)
                self.set(CLOCK, 0)
        self.set(DATA, 0)
        self.set(CLOCK, 1)
        self.set(DATA, 1)

    def trace(self, gpio: int) -> PinTrace:
        return next(each for each in self.recorder.pins() if each.gpio == gpio)


def test_edges_of_a_pin_and_when_it_was_set_up(machine: Machine) -> None:
    fw = Firmware(machine)
    fw.rest(20)
    fw.set(CLOCK, 0)
    fw.rest(20)
    fw.set(CLOCK, 1, after_ms=5)
    fw.rest(15)
    trace = fw.trace(CLOCK)
    assert trace.since == pytest.approx(20, abs=0.2)
    assert trace.before.level == 0
    assert trace.after.level == 1
    assert [(round(at), level) for at, level in trace.edges] == [(45, 1)]


def test_an_output_set_up_high_was_low_before(machine: Machine) -> None:
    fw = Firmware(machine)
    fw.set(DATA, 1, after_ms=3)
    fw.rest(17)
    trace = fw.trace(DATA)
    assert trace.before.level == 0
    assert [(round(at), level) for at, level in trace.edges] == [(3, 1)]
    assert trace.since == trace.edges[0][0]


def test_many_changes_in_a_step_are_a_share_of_the_time(machine: Machine) -> None:
    fw = Firmware(machine)
    fw.set(CLOCK, 0)
    fw.rest(20)
    for _ in range(20):
        fw.set(CLOCK, 1, after_ms=0.75)
        fw.set(CLOCK, 0, after_ms=0.25)
    fw.rest(0)
    fw.rest(20)
    trace = fw.trace(CLOCK)
    assert trace.edges == ()
    assert trace.bursts == 40
    assert [share for _, share in trace.shares] == pytest.approx([0.25, 0.0], abs=0.01)


def test_messages_on_two_wires_are_read(machine: Machine) -> None:
    fw = Firmware(machine)
    fw.set(CLOCK, 1)
    fw.set(DATA, 1)
    fw.rest(20)
    messages = (bytes.fromhex("c02800ff00ff0000"), bytes.fromhex("c0280000ff000000"))
    for message in (*messages, messages[1]):
        fw.send(message)
        fw.rest(20)
    wires = {(each.clock, each.data): each for each in fw.recorder.wires()}
    found: WireTrace = wires[CLOCK, DATA]
    assert [text for _, text in found.messages] == [message.hex() for message in messages]
    assert found.count == 3
