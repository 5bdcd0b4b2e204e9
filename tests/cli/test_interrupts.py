"""One request to stop: made wherever the signal comes, and found wherever it was dropped."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from bekenlab import stopping
from bekenlab.analysis.boot import boot
from bekenlab.cli.interrupts import StopRequest, interruptible
from bekenlab.image import read_image
from bekenlab.machine.bus import Bus
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def request_in_force() -> Iterator[StopRequest]:
    before = signal.getsignal(signal.SIGINT), sys.unraisablehook
    signal.signal(signal.SIGINT, signal.default_int_handler)
    request = StopRequest()
    with request.in_force():
        yield request
    signal.signal(signal.SIGINT, before[0])
    sys.unraisablehook = before[1]


def test_a_signal_in_a_callback_of_the_processor_is_not_lost(
    request_in_force: StopRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Bus.read
    reads = [0]

    def interrupted(self: Bus, address: int, width: int = 4) -> int:
        reads[0] += 1
        if reads[0] == 20:
            signal.raise_signal(signal.SIGINT)
        return read(self, address, width)

    monkeypatch.setattr(Bus, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        boot(read_image(build_sample()), chip="BK7231N")
    assert isinstance(request_in_force.reason, KeyboardInterrupt)


def test_a_signal_that_python_drops_comes_again(request_in_force: StopRequest) -> None:
    class Dropping:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def come_again() -> None:
        del_me = Dropping()
        del del_me  # Python drops the exception here
        threading.Event().wait(10)

    with pytest.raises(KeyboardInterrupt):
        come_again()
    assert request_in_force.reason is not None


def test_a_signal_under_a_shield_is_only_noted(request_in_force: StopRequest) -> None:
    with stopping.shield():
        signal.raise_signal(signal.SIGINT)
        done = True
    assert done
    with pytest.raises(KeyboardInterrupt):
        stopping.check()


def test_a_result_that_is_being_printed_is_not_taken_back(request_in_force: StopRequest) -> None:
    request_in_force.conclude()
    signal.raise_signal(signal.SIGINT)
    assert request_in_force.reason is None


def test_a_result_is_not_printed_after_a_request(request_in_force: StopRequest) -> None:
    with stopping.shield():
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        request_in_force.conclude()


def test_the_second_signal_ends_what_the_first_only_marks(request_in_force: StopRequest) -> None:
    with interruptible() as interrupted:
        signal.raise_signal(signal.SIGINT)
        assert interrupted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert request_in_force.reason is not None


def test_who_runs_the_job_says_what_stops_it() -> None:
    class OurError(Exception):
        pass

    def stop() -> None:
        raise OurError

    stopping.check()
    with stopping.stopped_by(stop), pytest.raises(OurError):
        boot(read_image(build_sample()), chip="BK7231N")
    stopping.check()
