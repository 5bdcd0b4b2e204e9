"""Links to a chip in stages, from the least intrusive to resetting it by hand.

1. The loader may be running already, left there by an earlier run at some rate.
2. Running firmware may be asked to restart (OpenBeken's console takes ``reboot``; LibreTiny's
   firmware restarts by itself when it sees a link check).
3. The adapter's RTS or DTR may be wired to the chip's reset.
4. A person touches CEN to GND or power-cycles the device, and is shown what arrives meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.link.diagnosis import MEANINGFUL, Diagnosis, Heard, diagnose
from bekenlab.link.errors import NoLinkError
from bekenlab.link.session.session import LINK_BAUD

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.session.session import Session

_ALREADY = 0.25
_AFTER_REBOOT = 1.0
_AFTER_RESET = 0.8
_PULSE = 0.1
_TELL_EVERY = 0.25
_REBOOT_TEXT = b"\r\nreboot\r\n"
_KEEP = 512


class Stage(StrEnum):
    """A way of getting the chip to answer."""

    ALREADY = "already-linked"
    REBOOT = "asked-firmware"
    RESET = "reset-by-adapter"
    HAND = "reset-by-hand"


STAGE_TEXT = {
    Stage.ALREADY: "the chip was waiting already",
    Stage.REBOOT: "the running firmware was asked to restart",
    Stage.RESET: "the adapter reset the chip",
    Stage.HAND: "the chip was reset by hand",
}


@dataclass(frozen=True, slots=True)
class LinkProgress:
    """Progress of linking, for a frontend to show.

    Attributes:
        stage: The current stage.
        left: Seconds left for it.
        diagnosis: What has arrived recently.
    """

    stage: Stage
    left: float
    diagnosis: Diagnosis


class Linker:
    """Links a session to its chip.

    Args:
        session: The session; its transport may be at any rate.
        watch: Called with the progress, about four times per second and at each new stage.
        wait: Seconds given to a person in the last stage; 0 skips it.
        rates: Rates at which the chip may have been left, in addition to 115200.
    """

    def __init__(
        self,
        session: Session,
        *,
        watch: Callable[[LinkProgress], None] = lambda _state: None,
        wait: float = 30.0,
        rates: tuple[int, ...] = (),
    ) -> None:
        self._session = session
        self._watch = watch
        self._wait = wait
        self._rates = rates
        self.heard = b""
        # The last bytes with a meaning, in case only noise or nothing follows.
        self._meaning: Diagnosis | None = None
        self._endless = False

    def link(self) -> Stage:
        """Try the stages in order; return the one that worked.

        The rate is 115200 baud afterwards, or the one at which an earlier run left the chip.

        Raises:
            NoLinkError: The chip did not answer; the message says what arrived instead.
            LineLostError: The port is gone.
        """
        with self._session.lock:
            return self._link()

    def _link(self) -> Stage:
        for rate in (LINK_BAUD, *self._rates):
            self._session.set_baud(rate)
            self.heard = b""
            if self._try(Stage.ALREADY, _ALREADY):
                return Stage.ALREADY
            if self._endless:
                break  # the rate is right, whatever answers
        self._session.set_baud(LINK_BAUD)
        self.heard = b""
        self._session.transport.write(_REBOOT_TEXT)
        if self._try(Stage.REBOOT, _AFTER_REBOOT):
            return Stage.REBOOT
        if self._reset_by_adapter():
            return Stage.RESET
        if self._wait > 0 and self._try(Stage.HAND, self._wait):
            return Stage.HAND
        found = self._diagnosis()
        raise NoLinkError(
            f"the chip did not answer on {self._session.transport.name}: {found.seen}",
            hint=found.advice,
            heard=str(found.heard),
        )

    def _reset_by_adapter(self) -> bool:
        """Pulse CEN through RTS alone, then DTR alone, as adapters are usually wired."""
        lines = self._session.transport.lines
        if lines is None:
            return False
        for dtr, rts in ((False, True), (True, False)):
            lines.set(dtr=dtr, rts=rts)
            self._session.transport.sleep(_PULSE)
            lines.set(dtr=False, rts=False)
            if self._try(Stage.RESET, _AFTER_RESET):
                return True
        return False

    def _try(self, stage: Stage, seconds: float) -> bool:
        """Send link checks for ``seconds``; True as soon as one is answered."""
        transport = self._session.transport
        end = transport.now() + seconds
        tell = transport.now()
        while (now := transport.now()) < end:
            if now >= tell:
                tell = now + _TELL_EVERY
                self._watch(LinkProgress(stage, end - now, self._diagnosis()))
            if self._check():
                self._endless = not self._session.linked()
                if not self._endless:
                    return True
        return False

    def _check(self) -> bool:
        if self._session.try_link():
            return True
        self.heard = (self.heard + self._session.take_noise())[-_KEEP:]
        now = diagnose(self.heard)
        known = len(self._meaning.sample) if self._meaning else 0
        # Noise that follows leaves less and less of what it says.
        if _tells(now) and len(now.sample) >= known and self._session.baud == LINK_BAUD:
            self._meaning = now
        return False

    def _diagnosis(self) -> Diagnosis:
        """What arrives; if that says nothing, what arrived before."""
        now = diagnose(self.heard)
        if self._endless:
            return Diagnosis(Heard.ENDLESS, now.count, now.sample)
        return now if _tells(now) else self._meaning or now


def _tells(diagnosis: Diagnosis) -> bool:
    return diagnosis.heard in MEANINGFUL and bool(diagnosis.sample)
