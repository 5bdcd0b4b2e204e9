"""TCP without input and output: a connection is given segments and time, and says what to send.

Written here because no library fits: PyTCP is under the GPL, needs threads, a TAP device and real
time; scapy has no TCP of its own; bindings of smoltcp or lwIP for Python were not found. It is what
RFC 9293 asks of a host with one network in reach: retransmission with the timeout of RFC 6298,
sliding window with probes, reset, and all states of opening and closing. There is no congestion
control (nothing congests: the air sends one frame after the other), no option but the MSS, no
urgent data, and simultaneous opening is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.packets import ACK, RST, SYN, Segment
from bekenlab.machine.air.tcp_output import Output
from bekenlab.machine.air.tcp_state import (
    DEFAULT_MSS,
    MILLISECOND,
    MSS,
    NUMBERS,
    RECEIVING,
    SENDING,
    Receiving,
    Sending,
    TcpState,
    after,
    plus,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.devices.base import State

_MOST_UNSENT = 1 << 16
_MOST_RETRIES = 8
TIME_WAIT = 2000 * MILLISECOND


class TcpConnection(KeptAttributes):
    """One end of a connection.

    Args:
        local_port: Its port.
        remote_port: Port of the other end.
        number: First sequence number.
        send: Sends a segment.
        now: Time in microseconds.
        changed: Called when data arrived, room became free, or the state changed.

    Attributes:
        state: Its state.
        ended: Whether the other end sends no more.
        problem: Why it was closed, or an empty string: ``"refused"``, ``"reset"``, ``"timeout"``.
        deadline: When :meth:`due` has to be called, or None.
        owned: Whether a service of the air uses it, which takes it up again from a snapshot.
    """

    kept: ClassVar[Mapping[str, str]] = {
        "state": "TcpState",
        "ended": "bool",
        "problem": "str",
        "deadline": "int | None",
        "owned": "bool",
        "_armed_for": "int",
        "_repeat_to": "int | None",
    }

    def __init__(
        self,
        local_port: int,
        remote_port: int,
        number: int,
        send: Callable[[Segment], None],
        now: Callable[[], int],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.local_port, self.remote_port = local_port, remote_port
        self.state = TcpState.CLOSED
        self.ended = False
        self.problem = ""
        self.deadline: int | None = None
        self.changed = changed
        self.owned = False
        self._output = Output((local_port, remote_port), number, send, now)
        self._now = now
        self._armed_for = -1
        self._repeat_to: int | None = None

    @property
    def _out(self) -> Sending:
        return self._output.out

    @property
    def _in(self) -> Receiving:
        return self._output.into

    @property
    def received(self) -> bytearray:
        """Data that has arrived; whoever uses it takes it away."""
        return self._in.data

    # opening and closing ----------------------------------------------------------------------

    def connect(self) -> None:
        """Open it actively."""
        self.state = TcpState.SYN_SENT
        self._output.open(SYN)
        self._arm()

    def accept(self, syn: Segment) -> None:
        """Open it passively, with the other end's SYN."""
        self.state = TcpState.SYN_RECEIVED
        self._heard_syn(syn)
        self._output.open(SYN | ACK)
        self._arm()

    def close(self) -> None:
        """Send what is left, then say that no more comes."""
        if self.state in {TcpState.CLOSED, TcpState.TIME_WAIT} or self._out.fin:
            return
        if self.state is TcpState.SYN_SENT:
            self._closed("")
            return
        self._out.fin = True
        self._flush()

    def abort(self) -> None:
        """Reset it."""
        if self.state not in {TcpState.CLOSED, TcpState.SYN_SENT, TcpState.TIME_WAIT}:
            self._output.emit(RST | ACK, self._out.next)
        self._closed("")

    def reset(self) -> None:
        """The other end is gone without a word."""
        if self.state is not TcpState.CLOSED:
            self._closed("reset")

    # data -------------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """Bytes that :meth:`send` takes now."""
        if self._out.fin or self.state is TcpState.CLOSED:
            return 0
        return max(0, _MOST_UNSENT - len(self._out.data))

    @property
    def unsent(self) -> int:
        """Bytes that are not acknowledged yet."""
        return len(self._out.data)

    def send(self, data: bytes) -> int:
        """Queue data; returns how many bytes were taken, see :attr:`room`."""
        taken = data[: self.room]
        self._out.data += taken
        self._flush()
        return len(taken)

    def take(self, most: int | None = None) -> bytes:
        """Take received data away, which opens the window again."""
        size = len(self.received) if most is None else min(most, len(self.received))
        data = bytes(self.received[:size])
        del self.received[:size]
        if self.state in RECEIVING and self._in.window - self._output.told >= 2 * MSS:
            self._output.acknowledge()
        return data

    # what arrives -----------------------------------------------------------------------------

    def handle(self, segment: Segment) -> None:
        """A segment for this connection has arrived."""
        if self.state is TcpState.CLOSED:
            return
        if self.state is TcpState.SYN_SENT:
            self._answer_to_syn(segment)
        elif segment.flags & RST:
            if self._in.holds(segment):
                self._closed("reset")
        elif segment.flags & SYN:
            self._again_syn(segment)
        elif segment.flags & ACK:
            self._handle_data(segment)

    def _answer_to_syn(self, segment: Segment) -> None:
        acknowledges = segment.flags & ACK and segment.acknowledged == self._out.next
        if segment.flags & RST:
            if acknowledges:
                self._closed("refused")
            return
        if not segment.flags & SYN or not acknowledges:
            return
        self._heard_syn(segment)
        self._heard_acknowledgement(segment)
        self.state = TcpState.ESTABLISHED
        self._output.acknowledge()
        self._flush()
        self.changed()

    def _again_syn(self, segment: Segment) -> None:
        """The other end has not heard our answer to its SYN, or started anew."""
        if self.state is TcpState.SYN_RECEIVED and plus(segment.sequence, 1) == self._in.expected:
            self._output.emit(SYN | ACK, self._out.first)
        else:
            self._output.acknowledge()

    def _heard_syn(self, segment: Segment) -> None:
        self._in.expected = plus(segment.sequence, 1)
        self._out.mss = min(MSS, segment.mss or DEFAULT_MSS)
        self._out.window = segment.window

    def _handle_data(self, segment: Segment) -> None:
        if not self._heard_acknowledgement(segment):
            return
        if segment.length:
            if self.state in RECEIVING and self._in.arrange(segment):
                self._heard_fin()
            self._output.acknowledge()
        elif segment.sequence != self._in.expected:
            self._output.acknowledge()  # a keep-alive, or a probe of the window
        self._flush()
        self.changed()

    def _heard_acknowledgement(self, segment: Segment) -> bool:
        out = self._out
        if after(segment.acknowledged, out.next):
            self._output.acknowledge()
            return False
        out.window = segment.window
        gained = (segment.acknowledged - out.first) % NUMBERS
        if not gained or not after(segment.acknowledged, out.first):
            return True
        if self.state in {TcpState.SYN_SENT, TcpState.SYN_RECEIVED}:
            gained -= 1  # the SYN
            if self.state is TcpState.SYN_RECEIVED:
                self.state = TcpState.ESTABLISHED
        del out.data[: min(gained, len(out.data))]
        self._output.acknowledged(segment.acknowledged)
        if self._repeat_to is not None:
            if after(self._repeat_to, out.first):
                # What followed the lost segment is probably lost, too.
                self._output.repeat(self.state)
            else:
                self._repeat_to = None
        if out.fin_sent and out.first == out.next:
            self._fin_acknowledged()
        self._arm()
        return True

    def _fin_acknowledged(self) -> None:
        if self.state is TcpState.FIN_WAIT_1:
            self.state = TcpState.FIN_WAIT_2
        elif self.state is TcpState.CLOSING:
            self._wait()
        elif self.state is TcpState.LAST_ACK:
            self._closed("")

    def _heard_fin(self) -> None:
        self.ended = True
        if self.state is TcpState.ESTABLISHED:
            self.state = TcpState.CLOSE_WAIT
        elif self.state is TcpState.FIN_WAIT_1:
            self.state = TcpState.CLOSING
        elif self.state is TcpState.FIN_WAIT_2:
            self._wait()

    def _wait(self) -> None:
        self.state = TcpState.TIME_WAIT
        self.deadline = self._now() + TIME_WAIT

    # what is sent -----------------------------------------------------------------------------

    def _flush(self) -> None:
        """Send as much as the window allows, and FIN after the last byte."""
        self._output.data(self.state)
        if self.state in SENDING and self._output.finish():
            closing = self.state is TcpState.CLOSE_WAIT
            self.state = TcpState.LAST_ACK if closing else TcpState.FIN_WAIT_1
        self._arm()

    # time -------------------------------------------------------------------------------------

    def _arm(self) -> None:
        if self.state in {TcpState.TIME_WAIT, TcpState.CLOSED}:
            return
        out = self._out
        pending = out.first != out.next or (out.data and not out.window)
        if not pending:
            self.deadline = None
        elif self.deadline is None or out.first != self._armed_for:
            self.deadline = self._now() + self._output.timing.timeout
        self._armed_for = out.first

    def due(self) -> None:
        """The deadline has come: retransmit, probe the window, or forget the connection."""
        self.deadline = None
        if self.state is TcpState.TIME_WAIT:
            self._closed("")
        if self.state is TcpState.CLOSED:
            return
        self._output.late()
        if self._output.retries > _MOST_RETRIES:
            self._output.emit(RST | ACK, self._out.next)
            self._closed("timeout")
            return
        self._output.timing.back_off()
        self._repeat_to = self._out.next
        self._output.repeat(self.state)
        self.deadline = self._now() + self._output.timing.timeout

    def save(self) -> State:
        """Its state, with what is sent and received."""
        return {**super().save(), "output": self._output.save()}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        output = state["output"]
        if not isinstance(output, dict):
            raise TypeError("expected a table")
        self._output.load(output)

    def _closed(self, problem: str) -> None:
        self.state = TcpState.CLOSED
        self.problem = problem
        self.deadline = None
        self.ended = True
        self.changed()
