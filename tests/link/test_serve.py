"""Serving a chip to another program: time, rates, reset, and both kinds of port."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from bekenlab.errors import UnsupportedError
from bekenlab.link.errors import LineLostError, PortError
from bekenlab.link.faulty import parse_schedule
from bekenlab.link.serve.faulty_wire import FaultyWire
from bekenlab.link.serve.pacing import Pacer
from bekenlab.link.serve.port import Arrived, PortEvent
from bekenlab.link.serve.pty import PtyPort
from bekenlab.link.serve.reset_button import ResetButton
from bekenlab.link.serve.rfc2217 import TcpPort
from bekenlab.link.serve.server import Server
from bekenlab.machine.wire import Sent
from bekenlab.machine.wire_chips import build

LINK, LINKED = bytes.fromhex("01e0fc0100"), bytes.fromhex("040e0501e0fc0100")
WRITE = bytes.fromhex("01e0fcfff4051007") + bytes(4 + 4096)


@dataclass
class Clock:
    """Real time that passes when the test says so."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Echo:
    """A chip that sends back ``reply``, or what it was sent, ``delay`` seconds later."""

    delay: float = 0.0
    now: float = 0.0
    baud: int = 115_200
    flash: bytes = b""
    resets: int = 0
    reply: bytes = b""
    heard: list[bytes] = field(default_factory=list)
    _due: list[tuple[float, bytes]] = field(default_factory=list)

    def feed(self, data: bytes, baud: int) -> None:
        self.heard.append(data)
        self._due.append((self.now + len(data) * 10 / baud + self.delay, self.reply or data))

    def advance(self, until: float) -> tuple[Sent, ...]:
        if self._due and self._due[0][0] <= until:
            at, data = self._due.pop(0)
            self.now = max(self.now, at)
            return (Sent(self.now, self.baud, data),)
        self.now = max(self.now, until)
        return ()

    def reset(self) -> None:
        self.resets += 1
        self._due.clear()


@dataclass
class Script:
    """A port with scripted events."""

    name: str = "script"
    is_open: bool = True
    baud: int | None = 115_200
    events: list[Arrived | PortEvent] = field(default_factory=list)
    given: bytearray = field(default_factory=bytearray)

    def wait(self, seconds: float) -> None:
        """Nothing to wait for."""

    def take(self) -> list[Arrived | PortEvent]:
        taken, self.events = self.events, []
        return taken

    def send(self, data: bytes) -> None:
        self.given += data

    def close(self) -> None:
        """Nothing to close."""


def pass_time(clock: Clock, seconds: float, step: Callable[[], object]) -> None:
    for _ in range(round(seconds / 0.01)):
        clock.now += 0.01
        step()


@pytest.mark.parametrize("paced", [False, True])
def test_a_device_second_is_a_real_second_after_the_grace_period(*, paced: bool) -> None:
    clock, chip = Clock(), Echo()
    pass_time(clock, 3.0, Pacer(chip, paced=paced, monotonic=clock).run)
    assert chip.now == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize("paced", [False, True])
def test_until_it_is_linked_time_only_advances_with_what_a_program_sends(*, paced: bool) -> None:
    clock, chip = Clock(), Echo(delay=0.01)
    pacer = Pacer(chip, paced=paced, monotonic=clock)
    pass_time(clock, 0.3, pacer.run)
    assert chip.now == 0
    pacer.feed(LINK, 115_200)
    pass_time(clock, 0.3, pacer.run)
    assert 0 < chip.now < 0.004, "a boot window of some milliseconds must not be over yet"


def test_repeated_link_checks_do_not_pile_up() -> None:
    clock, chip = Clock(), Echo()
    pacer = Pacer(chip, paced=False, monotonic=clock)
    for _ in range(5):
        pacer.feed(LINK, 115_200)
    assert chip.heard == [LINK]


def test_a_host_may_be_silent_for_a_second() -> None:
    clock, chip = Clock(), Echo(reply=LINKED)
    pacer = Pacer(chip, paced=True, monotonic=clock)
    pacer.feed(LINK, 115_200)
    pass_time(clock, 0.1, pacer.run)
    before = chip.now
    pass_time(clock, 0.9, pacer.run)
    assert chip.now < before + 0.1, "a tenth of a second is what some loaders wait for"
    chip.delay = 5.0
    pacer.feed(WRITE, 115_200)
    before = chip.now
    pass_time(clock, 2.0, pacer.run)
    assert chip.now == pytest.approx(before + 2.0, abs=0.02), "what it works on takes its time"


def test_unpaced_a_chip_that_has_answered_works_as_fast_as_it_can() -> None:
    clock, chip = Clock(), Echo()
    pacer = Pacer(chip, paced=False, monotonic=clock)
    pacer.feed(LINK, 115_200)
    pass_time(clock, 0.1, pacer.run)
    chip.delay = 5.0
    pacer.feed(LINK, 115_200)
    (answer,) = pacer.run()
    assert answer.data == LINK
    assert 5.0 < chip.now < 5.2  # and only a moment after the answer


def test_unpaced_time_stops_while_a_request_is_incomplete() -> None:
    clock, chip = Clock(), Echo()
    pacer = Pacer(chip, paced=False, monotonic=clock)
    pacer.feed(LINK, 115_200)
    pass_time(clock, 0.1, pacer.run)
    before = chip.now
    pacer.feed(WRITE[:4000], 115_200)
    pass_time(clock, 0.3, pacer.run)
    assert chip.now == before
    pacer.feed(WRITE[4000:], 115_200)
    pass_time(clock, 0.1, pacer.run)
    assert chip.now > before


def test_waiting_for_the_rest_of_a_request_ends() -> None:
    clock, chip = Clock(), Echo()
    pacer = Pacer(chip, paced=False, monotonic=clock)
    pacer.feed(WRITE[:10], 115_200)
    pass_time(clock, 1.0, pacer.run)
    assert chip.now > 0


def test_the_chip_is_reset_when_a_program_starts_to_send() -> None:
    button = ResetButton()
    assert button.request_sent(0.0)
    assert not button.request_sent(0.1)
    button.opened()
    assert button.request_sent(0.2)


def test_the_chip_is_reset_when_it_does_not_answer() -> None:
    button = ResetButton()
    assert button.request_sent(0.0)
    asked = [button.request_sent(n / 100) for n in range(1, 100)]
    assert asked.index(True) > 40
    assert asked.count(True) == 1


def test_the_chip_is_not_reset_while_it_answers() -> None:
    button = ResetButton()
    button.request_sent(0.0)
    for n in range(1, 500):
        assert not button.request_sent(n / 100)
        button.answered()


def test_the_chip_is_not_reset_by_slow_retries() -> None:
    button = ResetButton()
    button.request_sent(0.0)
    assert not any(button.request_sent(float(n)) for n in range(1, 15))


def test_bytes_are_held_back_until_the_program_changes_its_rate() -> None:
    clock, chip, port = Clock(), Echo(baud=921_600), Script()
    server = Server(chip, port, paced=False, monotonic=clock)
    port.events = [Arrived(LINK, 921_600)]
    pass_time(clock, 0.1, server.step)
    assert not port.given
    port.baud = 921_600
    pass_time(clock, 0.02, server.step)
    assert bytes(port.given) == LINK


def test_a_program_at_another_rate_gets_garbage() -> None:
    clock, chip, port = Clock(), Echo(baud=921_600), Script()
    server = Server(chip, port, paced=False, monotonic=clock)
    port.events = [Arrived(LINK, 921_600)]
    pass_time(clock, 1.0, server.step)
    assert len(port.given) == len(LINK)
    assert bytes(port.given) != LINK


@pytest.mark.parametrize("paced", [False, True])
def test_no_time_passes_before_a_program_opens_the_port(*, paced: bool) -> None:
    clock, chip, port = Clock(), Echo(), Script(is_open=False)
    pass_time(clock, 5.0, Server(chip, port, paced=paced, monotonic=clock).step)
    assert chip.now == 0


def test_a_paced_chip_runs_on_when_its_program_has_gone() -> None:
    clock, chip, port = Clock(), Echo(), Script(events=[PortEvent.OPENED])
    server = Server(chip, port, paced=True, monotonic=clock)
    server.step()
    port.is_open = False
    pass_time(clock, 3.0, server.step)
    assert chip.now == pytest.approx(2.0, abs=0.02)


def test_line_faults_affect_the_given_bytes() -> None:
    wire = FaultyWire(Echo(), parse_schedule("flip@1=0xff,tx-drop@0"))
    wire.feed(b"abc", 115_200)
    heard = b""
    while wire.now < 1.0:
        heard += b"".join(sent.data for sent in wire.advance(1.0))
    assert heard == bytes([ord("b"), ord("c") ^ 0xFF])


def test_an_unplugged_line_ends_the_service() -> None:
    wire = FaultyWire(Echo(), parse_schedule("unplug@1"))
    wire.feed(b"abc", 115_200)
    assert wire.advance(1.0)[0].data == b"a"
    with pytest.raises(LineLostError):
        wire.advance(1.0)


def test_a_served_chip_does_not_support_keep_baud() -> None:
    with pytest.raises(UnsupportedError):
        FaultyWire(Echo(), parse_schedule("keep-baud@1"))


@dataclass
class Service:
    """A blank BK7231N at a port; the test's own thread is the server."""

    server: Server
    clock: Clock

    def step(self, enough: Callable[[], bool]) -> None:
        for _ in range(500):
            if enough():
                return
            self.clock.now += 0.002
            self.server.step()
        pytest.fail("no answer")


def service(port: TcpPort | PtyPort) -> Service:
    clock = Clock()
    return Service(Server(build("BK7231N"), port, paced=False, monotonic=clock), clock)


@contextmanager
def client(port: TcpPort) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port.port)) as connection:
        connection.setblocking(False)  # noqa: FBT003
        yield connection


def received(connection: socket.socket, into: bytearray) -> bytes:
    with suppress(BlockingIOError):
        into += connection.recv(4096)
    return bytes(into)


def test_a_plain_tcp_client_talks_to_the_chip() -> None:
    with closing(TcpPort()) as port, client(port) as program:
        served, heard = service(port), bytearray()

        def linked() -> bool:
            program.send(LINK)
            return LINKED in received(program, heard)

        served.step(linked)


IAC, SB, SE, WILL, COM_PORT = 0xFF, 0xFA, 0xF0, 0xFB, 44
SET_BAUD, SET_CONTROL, RTS_ON, RTS_OFF = 1, 5, 11, 12


def com_port(*what: int) -> bytes:
    return bytes([IAC, SB, COM_PORT, *what, IAC, SE])


def test_rfc2217_sets_the_rate_of_the_following_bytes_and_resets() -> None:
    with closing(TcpPort()) as port, client(port) as program:
        program.send(bytes([IAC, WILL, COM_PORT]) + b"a" + com_port(SET_BAUD, 0, 14, 16, 0) + b"b")
        program.send(com_port(SET_CONTROL, RTS_ON) + com_port(SET_CONTROL, RTS_OFF) + b"c")
        events: list[Arrived | PortEvent] = []
        for _ in range(30):
            port.wait(1.0)
            events += port.take()
            if len(events) >= 5:
                break
        assert events == [
            PortEvent.OPENED,
            Arrived(b"a", 115_200),
            Arrived(b"b", 921_600),
            PortEvent.RELEASED_RESET,
            Arrived(b"c", 921_600),
        ]


def test_a_served_port_has_one_user() -> None:
    with closing(TcpPort()) as port, client(port) as first, client(port) as second:
        for _ in range(4):
            port.wait(0.1)
            port.take()
        assert second.recv(1) == b""
        with pytest.raises(BlockingIOError):
            first.recv(1)


def test_a_tcp_port_in_use_is_an_error() -> None:
    with closing(TcpPort()) as port, pytest.raises(PortError):
        TcpPort(port.port)


def opened(port: PtyPort, baud: int) -> int:
    """Open a pseudo terminal as a program does, at one of the usual rates."""
    import termios
    import tty

    program = os.open(port.name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(program)
    settings = termios.tcgetattr(program)
    settings[4] = settings[5] = getattr(termios, f"B{baud}")
    termios.tcsetattr(program, termios.TCSANOW, settings)
    return program


@pytest.mark.skipif(os.name == "nt", reason="pseudo terminals are POSIX")
def test_a_pty_reports_opening_and_rate() -> None:
    with closing(PtyPort()) as port:
        assert port.take() == []
        program = opened(port, 921_600)
        try:
            assert port.take() == [PortEvent.OPENED]
            assert port.baud == 921_600
            os.write(program, LINK)
            assert port.take() == [Arrived(LINK, 921_600)]
        finally:
            os.close(program)
        assert port.take() == [PortEvent.CLOSED]


@pytest.mark.skipif(os.name == "nt", reason="pseudo terminals are POSIX")
def test_a_program_at_a_pty_talks_to_the_chip() -> None:
    with closing(PtyPort()) as port:
        program = opened(port, 115_200)
        try:
            served, heard = service(port), bytearray()

            def linked() -> bool:
                os.write(program, LINK)
                with suppress(BlockingIOError):
                    heard.extend(os.read(program, 4096))
                return LINKED in heard

            served.step(linked)
        finally:
            os.close(program)
