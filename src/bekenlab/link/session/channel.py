"""Requests out and frames in, over a transport, with the times that go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.link.commands import link_check
from bekenlab.link.frames import Frame, FrameReader
from bekenlab.link.session.checks import LinkChecks

if TYPE_CHECKING:
    from bekenlab.link.commands import Request
    from bekenlab.link.transport import Transport

LINK_CHECK = link_check()
_BITS_A_BYTE = 10
# USB adapters hand bytes on every 16 ms (FTDI's latency timer), remote ports later still.
_LATENCY = 0.25
_QUIET = 0.04
_LONGEST_DRAIN = 3.0


class Channel:
    """Sends requests and receives frames; decides nothing.

    Args:
        transport: What the bytes go through.

    Attributes:
        transport: The same.
        checks: Link checks under way.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.checks = LinkChecks()
        self._reader = FrameReader()
        self._quiet_from = self._heard_at = transport.now()
        self._unread: list[Frame] = []

    @property
    def heard_at(self) -> float:
        """When something arrived last, by the transport's clock."""
        return self._heard_at

    @property
    def mid_frame(self) -> bool:
        """Whether a frame has begun and its rest has not arrived."""
        return bool(self._reader.missing)

    @property
    def quiet_for(self) -> float:
        """Seconds since something was sent, had time to be answered, or arrived."""
        return self.transport.now() - max(self._quiet_from, self._heard_at)

    def line_time(self, size: int) -> float:
        """Seconds that ``size`` bytes take at the current rate."""
        return size * _BITS_A_BYTE / self.transport.baud

    def patience(self, request: Request) -> float:
        """Seconds after which a reply is taken for lost, counted from when it could begin."""
        size = len(request.raw) + request.reply_bytes
        return request.work + 1.5 * self.line_time(size) + _LATENCY

    def send(self, request: Request) -> int:
        """Send a request; return its number among the link checks, 0 if it is none."""
        self.transport.write(request.raw)
        is_check = request == LINK_CHECK
        if is_check:
            self.checks.sent(self.transport.now())
        on_the_line = self.line_time(len(request.raw) + request.reply_bytes)
        self._quiet_from = self.transport.now() + on_the_line
        return self.checks.count if is_check else 0

    def next_frame(self, deadline: float) -> Frame | None:
        """The next whole frame, whatever it answers; None when ``deadline`` has passed.

        What has arrived by now is looked at in any case: it may be we who were late.
        """
        while not self._unread:
            left = deadline - self.transport.now()
            data = self.transport.read(max(0.0, left))
            if data:
                self._heard_at = self.transport.now()
                self._unread = self._reader.feed(data)
            elif left <= 0:
                return None
        frame = self._unread.pop(0)
        self._count(frame)
        return frame

    def hears(self, request: Request, deadline: float) -> bool:
        """Whether the reply to a request arrives in time; frames before it are dropped."""
        while (frame := self.next_frame(deadline)) is not None:
            if request.matches(frame):
                return True
        return False

    def torn_frames(self) -> list[Frame]:
        """Frames swallowed by one that never became whole."""
        return self._reader.give_up()

    def take_noise(self) -> bytes:
        """The latest bytes that belonged to no frame (512 at most), each given once."""
        return self._reader.take_noise()

    def drop_unread(self) -> None:
        """Drop frames that came behind the last one asked for; they are counted all the same."""
        for frame in self._unread:
            self._count(frame)
        self._unread.clear()

    def drain(self, quiet: float = _QUIET) -> bytes:
        """Drop what arrives until nothing has come for ``quiet`` seconds (3 s at most)."""
        heard = bytearray()
        give_up = self.transport.now() + _LONGEST_DRAIN
        while self.transport.now() < give_up and (data := self.transport.read(quiet)):
            heard += data
            for frame in self._reader.feed(data):
                self._count(frame)
        self._reader.clear()
        self.drop_unread()
        return bytes(heard)

    def _count(self, frame: Frame) -> None:
        if LINK_CHECK.matches(frame):
            self.checks.heard(self.transport.now())
