"""Sends requests and receives frames over a transport, and knows how long both take."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bekenlab.chips import BITS_PER_BYTE
from bekenlab.link.commands import link_check
from bekenlab.link.frames import Frame, FrameReader
from bekenlab.link.session.checks import LinkChecks

if TYPE_CHECKING:
    from bekenlab.link.commands import Request
    from bekenlab.link.transport import Transport

LINK_CHECK = link_check()
# USB adapters deliver bytes every 16 ms (FTDI's latency timer), remote ports later still.
_LATENCY = 0.25
_QUIET = 0.04
_LONGEST_DRAIN = 3.0
# More than the replies to all requests in flight, and how much a single read counts for at least.
_MOST_LATE = 1 << 16
_LEAST_LATE = 512


class Channel:
    """Sends requests and receives frames; decides nothing.

    Args:
        transport: The transport to the chip.

    Attributes:
        transport: The transport to the chip.
        checks: Link checks in flight.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.checks = LinkChecks()
        self._reader = FrameReader()
        self._quiet_from = self._heard_at = transport.now()
        self._unread: deque[Frame] = deque()
        self._late = 0

    @property
    def heard_at(self) -> float:
        """When bytes last arrived, by the transport's clock."""
        return self._heard_at

    @property
    def mid_frame(self) -> bool:
        """Whether a frame has begun but is not complete yet."""
        return bool(self._reader.missing)

    @property
    def quiet_for(self) -> float:
        """Seconds since the last byte arrived, or since the last request and reply were due."""
        return self.transport.now() - max(self._quiet_from, self._heard_at)

    def line_time(self, size: int) -> float:
        """Seconds to transmit ``size`` bytes at the current rate."""
        return size * BITS_PER_BYTE / self.transport.baud

    def patience(self, request: Request) -> float:
        """Seconds from when a reply could begin until it counts as lost."""
        size = len(request.raw) + request.reply_bytes
        return request.work + 1.5 * self.line_time(size) + _LATENCY

    def send(self, request: Request) -> int:
        """Send a request; return its number among the link checks, 0 if it is not one."""
        self.transport.write(request.raw)
        self._late = 0
        is_check = request == LINK_CHECK
        if is_check:
            self.checks.sent(self.transport.now())
        on_the_line = self.line_time(len(request.raw) + request.reply_bytes)
        self._quiet_from = self.transport.now() + on_the_line
        return self.checks.count if is_check else 0

    def next_frame(self, deadline: float) -> Frame | None:
        """The next complete frame, whatever it answers; None when ``deadline`` has passed.

        What has already arrived is read even then: this process may have been late. From a peer
        that never falls silent, 64 KiB are, until the next request is sent.
        """
        while not self._unread:
            left = deadline - self.transport.now()
            if left <= 0 and self._late >= _MOST_LATE:
                return None
            data = self.transport.read(max(0.0, left))
            if data:
                self._heard_at = self.transport.now()
                self._unread.extend(self._reader.feed(data))
                self._late += max(len(data), _LEAST_LATE) if left <= 0 else 0
            elif left <= 0:
                return None
        frame = self._unread.popleft()
        self._count(frame)
        return frame

    def hears(self, request: Request, deadline: float) -> bool:
        """Wait for the reply to a request, dropping other frames; return whether it arrived."""
        while (frame := self.next_frame(deadline)) is not None:
            if request.matches(frame):
                return True
        return False

    def torn_frames(self) -> list[Frame]:
        """Frames swallowed by one that was never completed."""
        return self._reader.give_up()

    def take_noise(self) -> bytes:
        """The latest bytes that belonged to no frame (512 at most), each returned once."""
        return self._reader.take_noise()

    def drop_unread(self) -> None:
        """Drop frames received but not read; their link checks still count as answered."""
        for frame in self._unread:
            self._count(frame)
        self._unread.clear()

    def drain(self, quiet: float = _QUIET, most: float = _LONGEST_DRAIN) -> bool:
        """Drop what arrives until nothing has for ``quiet`` seconds.

        Returns:
            Whether the line fell silent; False if something still arrived after ``most`` seconds.
        """
        give_up = self.transport.now() + most
        data = b"?"
        while data and self.transport.now() < give_up:
            data = self.transport.read(quiet)
            for frame in self._reader.feed(data):
                self._count(frame)
        self._reader.clear()
        self.drop_unread()
        return not data

    def _count(self, frame: Frame) -> None:
        if LINK_CHECK.matches(frame):
            self.checks.heard(self.transport.now())
