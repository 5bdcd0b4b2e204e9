"""What a device said before the prompt is not forgotten when it falls silent."""

from __future__ import annotations

import pytest

from bekenlab.link.connect import connect
from bekenlab.link.diagnosis import Heard
from bekenlab.link.errors import NoLinkError
from bekenlab.link.linking import LinkProgress, Stage

_PAUSE = 0.05


class Talker:
    """A line on which firmware speaks for a while, and nobody answers."""

    def __init__(self, said: bytes, until: float, then: bytes = b"") -> None:
        self.name = "line"
        self.lines = None
        self.baud = 115_200
        self._said, self._until, self._then = said, until, then
        self._now = 0.0
        self._next = 0.0

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        self._now += len(data) * 10 / self.baud

    def read(self, timeout: float) -> bytes:
        self._now += max(timeout, 1e-3)
        if self._now < self._next:
            return b""
        self._next = self._now + _PAUSE
        if self.baud != 115_200:
            return b"\x80\xf8" if self._now < self._until else b""
        return self._said if self._now < self._until else self._then

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    def close(self) -> None:
        """Nothing to do."""


@pytest.mark.parametrize("then", [b"", b"\x00\xfe\x80"])
@pytest.mark.parametrize("until", [0.2, 2.0])
def test_a_log_heard_before_the_prompt_is_remembered(until: float, then: bytes) -> None:
    seen: list[LinkProgress] = []
    line = Talker(b"[01-01 18:12:15 TUYA N] app_init finished\r\n", until, then)
    with pytest.raises(NoLinkError, match="a text log arrives") as caught:
        connect(line, wait=5, watch=seen.append)
    assert caught.value.facts["heard"] == "text"
    by_hand = [state.diagnosis for state in seen if state.stage is Stage.HAND]
    assert {diagnosis.heard for diagnosis in by_hand} == {Heard.TEXT}
    assert "app_init" in by_hand[-1].sample


def test_silence_stays_silence() -> None:
    with pytest.raises(NoLinkError, match="nothing arrives"):
        connect(Talker(b"", 0), wait=1)
