"""A transport with faults: what bad cables, cheap adapters and busy computers do.

A :class:`FaultSchedule` says what goes wrong, and at which byte: ``@1000`` is the byte after the
first 1000, counted per direction as the chip or the host sent them, unaffected by other faults. As
text (see ``bekenlab.machine.fault_spec``):

=============== ==================================================================================
``drop@K``      The byte is lost. ``:M``: M bytes are.
``flip@K=MASK`` The bits in MASK (default 0x01) are inverted.
``insert@K=B``  An extra byte B (default 0x5A) precedes it.
``duplicate@K`` The byte arrives twice. ``:M``: M bytes do.
``split@K``     A read ends before the byte. ``:M``: before each of M bytes.
``truncate@K``  The byte and all after it are lost, until the host sends something.
``mute@K=S``    The byte and everything within S seconds (default 1) is lost.
``late@K=S``    The byte and everything after it is delayed by S seconds (default 1).
``stale@K``     The reply to the previous request is repeated before the byte.
``unplug@K``    The adapter is unplugged before the byte: ``LineLostError`` until ``replug``.
``echo@K``      The host receives its own byte back. ``:M``: M bytes.
``tx-drop@K``   Like ``drop``, for bytes the host sends; also ``tx-flip``, ``tx-insert``,
                ``tx-duplicate``.
``keep-baud@N`` The N-th change of baud rate (from 1) is accepted but not carried out.
``random@K:M``  M of the above, except ``unplug`` and ``keep-baud``, within the first K bytes; the
                seed determines which and where.
=============== ==================================================================================
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import Action
from bekenlab.link.errors import LineLostError
from bekenlab.link.transport import own_log
from bekenlab.machine.fault_spec import parse_terms, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bekenlab.link.transport import ModemLines, Transport
    from bekenlab.machine.fault_spec import Term

_USUAL = {"flip": 0x01, "insert": 0x5A, "mute": 1.0, "late": 1.0}
_RANDOM = ("drop", "flip", "insert", "duplicate", "split", "truncate", "mute", "late", "stale")
_RANDOM_TX = ("echo", "tx-drop", "tx-flip", "tx-insert", "tx-duplicate")
LINE_FAULTS = (*_RANDOM, *_RANDOM_TX, "unplug", "keep-baud", "random")
"""Names of the faults, as :func:`line_faults` reads them."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """A fault that occurs once.

    Attributes:
        kind: Name as in the table above, except ``random``.
        at: Index of the byte, or number of the change of rate.
        value: Mask, byte or seconds, for the kinds that have one.
    """

    kind: str
    at: int
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class FaultSchedule:
    """All faults of a transport: a finite number, so that a client that retries succeeds.

    Attributes:
        faults: In any order.
    """

    faults: tuple[LineFault, ...] = ()

    @classmethod
    def from_seed(cls, seed: int, *, count: int = 10, span: int = 100_000) -> FaultSchedule:
        """Random faults of all kinds that a client can survive.

        Args:
            seed: The same seed gives the same faults.
            count: Number of faults.
            span: They occur within this many bytes.
        """
        rng = random.Random(seed)  # noqa: S311  not for secrecy
        return cls(tuple(_any_fault(rng, span) for _ in range(count)))

    def of(self, *kinds: str) -> deque[LineFault]:
        """The faults of the given kinds, in order of position."""
        return deque(sorted((f for f in self.faults if f.kind in kinds), key=lambda f: f.at))


def parse_schedule(text: str, seed: int = 0) -> FaultSchedule:
    """Read a schedule from text.

    Raises:
        UsageError: Unknown fault, or wrong syntax.
    """
    return line_faults(parse_terms(text), seed)


def line_faults(terms: Iterable[Term], seed: int = 0) -> FaultSchedule:
    """Make a schedule from parsed terms; ``seed`` is for ``random``.

    Raises:
        UsageError: Unknown fault, or its value is not a number.
    """
    faults: list[LineFault] = []
    for term in terms:
        if term.name not in LINE_FAULTS:
            raise unknown(term.name, LINE_FAULTS)
        if term.name == "random":
            faults += FaultSchedule.from_seed(seed, count=term.count, span=term.at).faults
            continue
        value = term.number(_USUAL.get(term.name.removeprefix("tx-"), 0.0))
        faults += [LineFault(term.name, place, value) for place in term.places]
    return FaultSchedule(tuple(faults))


def _any_fault(rng: random.Random, span: int) -> LineFault:
    kind = rng.choice(_RANDOM + _RANDOM_TX)
    at = rng.randrange(max(span, 1))
    if kind.endswith("flip"):
        return LineFault(kind, at, 1 << rng.randrange(8))
    if kind.endswith("insert"):
        return LineFault(kind, at, rng.randrange(256))
    return LineFault(kind, at, rng.choice((0.05, 0.5, 2.0)))


class FaultyTransport:
    """Wraps any ``Transport`` and adds faults.

    Args:
        inner: The wrapped transport.
        schedule: The faults.

    Attributes:
        name: Of the inner transport.
        lines: Of the inner transport.
        inner: The wrapped transport.
    """

    def __init__(self, inner: Transport, schedule: FaultSchedule) -> None:
        self.inner = inner
        self.name = inner.name
        self.lines: ModemLines | None = inner.lines
        self._baud = inner.baud
        self._bauds = 0
        self._kept = {fault.at for fault in schedule.of("keep-baud")}
        self._faults = schedule.of(*_RANDOM, "unplug")
        self._tx_faults = schedule.of(*_RANDOM_TX)
        self._received = 0
        self._sent = 0
        self._reads: deque[tuple[float, bytes]] = deque()  # (ready at, data), one per read
        self._late_until = self._silent_until = inner.now()
        self._truncated = False
        self._lost = False
        self._reply = self._last_reply = b""
        self._effects: dict[str, Callable[[LineFault, bytes], bytes]] = {
            "drop": lambda _fault, _byte: b"",
            "flip": lambda fault, byte: bytes([byte[0] ^ int(fault.value) & 0xFF]),
            "insert": lambda fault, byte: bytes([int(fault.value) & 0xFF]) + byte,
            "duplicate": lambda _fault, byte: byte * 2,
            "split": lambda _fault, byte: byte,
            "truncate": self._truncate,
            "mute": self._silence,
            "late": self._late,
            "stale": lambda _fault, byte: self._last_reply + byte,
            "unplug": self._unplug,
            "echo": self._echo,
        }

    @property
    def lost(self) -> bool:
        """Whether the adapter is currently unplugged."""
        return self._lost

    @property
    def baud(self) -> int:
        """The rate this end was set to, whether or not the change took effect."""
        return self._baud

    def set_baud(self, baud: int) -> None:
        """Change the rate, or pretend to."""
        self._check()
        self._bauds += 1
        if self._bauds not in self._kept:
            self.inner.set_baud(baud)
        self._baud = baud

    def write(self, data: bytes) -> None:
        """Send bytes; see ``Transport``."""
        self._check()
        self._truncated = False
        if self._reply:
            self._last_reply, self._reply = self._reply, b""
        parts = self._spoil(data, self._sent, self._tx_faults)
        self._sent += len(data)
        self.inner.write(b"".join(parts))

    def read(self, timeout: float) -> bytes:
        """Take what has arrived; see ``Transport``."""
        self._check()
        deadline = self.now() + timeout
        while True:
            now = self.now()
            ready = self._reads[0][0] if self._reads else deadline
            if self._reads and ready <= now:
                return self._reads.popleft()[1]
            self._arrive(self.inner.read(max(min(ready, deadline) - now, 0.0)))
            if not self._reads:
                self._check()
            if self.now() >= deadline and not (self._reads and self._reads[0][0] <= self.now()):
                return b""

    def now(self) -> float:
        """Seconds on the inner transport's clock, which keeps running while unplugged."""
        return self.inner.now()

    def sleep(self, seconds: float) -> None:
        """Let time pass; see ``Transport``."""
        self._check()
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            self._arrive(self.inner.read(left))

    def log_transport(self) -> Transport | None:
        """Run the firmware for its log, which arrives without faults; see ``HasLog``."""
        self._check()
        return own_log(self.inner)

    def close(self) -> None:
        """Close the inner transport."""
        self.inner.close()

    def replug(self) -> None:
        """Plug the adapter back in; bytes that arrived meanwhile are lost."""
        while self.inner.read(0.0):
            pass
        self._reads.clear()
        self._lost = False

    def _check(self) -> None:
        if self._lost:
            raise LineLostError(
                f"{self.name} is gone",
                hint="plug the adapter in",
                action=Action("repeat"),
                port=self.name,
            )

    def _arrive(self, data: bytes) -> None:
        """Apply faults to bytes from the inner transport and queue them for reading."""
        self._reply += data
        first = self._received
        self._received += len(data)
        for part in self._spoil(data, first, self._faults):
            now = self.now()
            if part and not (self._lost or self._truncated or now < self._silent_until):
                self._reads.append((max(now, self._late_until), part))

    def _spoil(self, data: bytes, first: int, faults: deque[LineFault]) -> Iterable[bytes]:
        """Yield bytes with their faults applied; ``first`` is the position of the first byte."""
        while faults and faults[0].at < first + len(data):
            fault = faults.popleft()
            at = max(fault.at - first, 0)
            if at:
                yield data[:at]
            byte, data, first = data[at : at + 1], data[at + 1 :], first + at + 1
            yield self._spoiled(byte, first - 1, fault, faults)
        if data:
            yield data

    def _spoiled(
        self, byte: bytes, place: int, fault: LineFault, faults: deque[LineFault]
    ) -> bytes:
        """One byte with all the faults at its position applied."""
        while True:
            if byte:
                effect = self._effects[fault.kind.removeprefix("tx-")]
                byte = effect(fault, byte)
            if not faults or faults[0].at > place:
                return byte
            fault = faults.popleft()

    def _truncate(self, _fault: LineFault, _byte: bytes) -> bytes:
        self._truncated = True
        return b""

    def _silence(self, fault: LineFault, _byte: bytes) -> bytes:
        self._silent_until = self.now() + fault.value
        return b""

    def _late(self, fault: LineFault, byte: bytes) -> bytes:
        self._late_until = self.now() + fault.value
        return byte

    def _unplug(self, _fault: LineFault, _byte: bytes) -> bytes:
        self._lost = True
        return b""

    def _echo(self, _fault: LineFault, byte: bytes) -> bytes:
        self._reads.append((self.now(), byte))
        return byte
