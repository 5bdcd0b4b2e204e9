"""Waits for a reply without falling silent.

A boot loader in flash restarts when it has received nothing for a tenth of a second (BK7231T). So a
late reply is nudged: a link check follows the request. Replies arrive in the order of the requests,
so once the link check is answered the other reply is known to be lost. If the request lost a byte
on the way, the link check completes it, which does no harm unless that request changes something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.link.commands import Request
    from bekenlab.link.frames import Frame
    from bekenlab.link.session.channel import Channel
    from bekenlab.link.session.policy import LoaderPolicy


class ReplyWait:
    """A wait for the reply to one request.

    Args:
        channel: Receives the reply.
        policy: What the loader needs.
        request: The request that was sent.
        since: When its reply could begin, by the transport's clock.
    """

    def __init__(
        self, channel: Channel, policy: LoaderPolicy, request: Request, since: float
    ) -> None:
        size = len(request.raw) + request.reply_bytes
        self._channel = channel
        self._nudge_after = policy.nudge_after
        self._deadline = since + channel.patience(request)
        self._quiet_from = since + channel.line_time(size)
        # A loader in flash must receive something in time, so a torn reply is given up early.
        self._hurries = not (policy.waits or request.changes)
        self._nudges_left = policy.most_nudges if self._hurries else 0

    def frame(self) -> Frame | None:
        """The next frame, whatever it answers; None when it is time to nudge or give up."""
        while True:
            look = self._look()
            frame = self._channel.next_frame(look)
            if frame is not None:
                return frame
            if look >= self._look():
                return None

    @property
    def nudges(self) -> bool:
        """After :meth:`frame` returned None: whether to nudge; otherwise the reply is lost."""
        in_time = self._channel.transport.now() < self._deadline
        return in_time and self._nudges_left > 0 and not self._channel.mid_frame

    def nudged(self) -> None:
        """A link check was sent."""
        self._nudges_left -= 1
        self._quiet_from = self._channel.transport.now()

    def _look(self) -> float:
        """The time of the next action.

        A reply that has begun is not nudged, since the answer would be taken for the rest of it; it
        counts as torn when nothing more arrives.
        """
        begun = self._hurries and self._channel.mid_frame
        if not begun and not self._nudges_left:
            return self._deadline
        since = max(self._quiet_from, self._channel.heard_at) if begun else self._quiet_from
        return min(self._deadline, since + self._nudge_after)
