"""Listening to a log port on which something always arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.jobs.capture import capture
from bekenlab.tuya.boot_log.read import parse_boot_log

if TYPE_CHECKING:
    import pytest

    from bekenlab.link.transport import ModemLines

MIB = 1 << 20


class Port:
    """A burst, and then a byte whenever the port seemed to be quiet."""

    def __init__(self, burst: int) -> None:
        self.name = "port"
        self.lines: ModemLines | None = None
        self.baud = 115_200
        self._left = burst
        self._now = 0.0
        self._turn = 0

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        del data

    def read(self, timeout: float) -> bytes:
        self._now += timeout
        self._turn += 1
        if self._left:
            piece = min(self._left, 1 << 16)
            self._left -= piece
            return (b"noise\n" * (piece // 6 + 1))[:piece]
        return b"x" if self._turn % 2 else b""

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    def close(self) -> None:
        """Nothing to do."""


def test_a_long_log_is_not_read_again_for_every_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []

    def counted(data: bytes) -> object:
        parsed.append(len(data))
        return parse_boot_log(data[:100])

    monkeypatch.setattr("bekenlab.jobs.capture.parse_boot_log", counted)
    found = capture(Port(MIB), seconds=200.0)
    assert len(found.data) > MIB
    assert sum(parsed) < 4 * len(found.data)


def test_a_flood_ends_with_its_time_and_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bekenlab.jobs.capture.parse_boot_log", lambda data: parse_boot_log(data[:100])
    )
    assert len(capture(Port(1 << 30), seconds=1.0).data) < MIB
    assert 8 * MIB <= len(capture(Port(1 << 30)).data) < 9 * MIB
