"""Run a chip in the virtual air, with named openings to this computer, until it is stopped."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.analysis.choose import choose_file
from bekenlab.analysis.subject import read_subject
from bekenlab.errors import UsageError
from bekenlab.live.chip import LiveChip
from bekenlab.live.online import NO_NETWORK, NetworkChoice, NetworkKind, Online, go_online
from bekenlab.live.openings import LOOPBACK
from bekenlab.live.pacing import Pacer
from bekenlab.live.source import live_source, with_controller_of
from bekenlab.machine.air.broker import PORT as BROKER_PORT
from bekenlab.machine.air.capture import Capture
from bekenlab.machine.air.packets import ip_text
from bekenlab.tuya.local_session import PORT as LOCAL_CONTROL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.live.model import Stop
    from bekenlab.live.source import LiveSource
    from bekenlab.tuya.pairing import Pairing

_STEP, _LIVELY_STEP, _NAP, _SHOWN_EVERY = 0.005, 0.002, 0.02, 0.05
_LIVELY = 0.3


@dataclass(frozen=True, slots=True)
class Reach:
    """A port of this computer that the chip may reach.

    Attributes:
        name: The name under which the chip finds it.
        port: Port under that name.
        local_port: Port on the loopback interface of this computer.
    """

    name: str
    port: int
    local_port: int


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run a chip.

    Attributes:
        network: Its network in the virtual air.
        http_port: Port of this computer for the chip's page; 0 for a free one.
        ports: Further ports of the chip, each with the one of this computer that leads to it.
        reach: Ports of this computer that the chip may reach.
        capture: Whether to record all frames.
    """

    network: NetworkChoice = NO_NETWORK
    http_port: int = 0
    ports: tuple[tuple[int, int], ...] = ()
    reach: tuple[Reach, ...] = ()
    capture: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """News of the run.

    Attributes:
        kind: ``"log"`` (with the port as subject), ``"page"``, ``"paired"`` (with the names of what
            was changed in the copy), ``"local"`` (with the device's id and local key as subject),
            ``"joined"``, ``"mqtt"`` (with the topic as subject), ``"part"`` (with its name as
            subject) or ``"stop"``.
        seconds: Device time.
        subject: What it is about.
        text: The text, address, message or state.
    """

    kind: str
    seconds: float
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run has shown.

    Attributes:
        stop: Why the chip could not continue, or None.
        refused: What it sent to addresses outside of the air, as protocol and address.
        unknown: Names it asked for that do not exist in the air.
        capture: All frames as a pcap file, or nothing.
    """

    stop: Stop | None
    refused: Counter[tuple[str, str]]
    unknown: Counter[str]
    capture: bytes = field(repr=False)


def run(
    path: Path,
    *,
    chip: str | None = None,
    pins: Path | None = None,
    options: RunOptions,
    listen: Callable[[Heard], None],
    stopped: Callable[[], bool],
    monotonic: Callable[[], float] = time.monotonic,
) -> RunReport:
    """Run a dump or image until ``stopped``; the file is never changed.

    Args:
        path: A dump or an image, packed or not.
        chip: The chip to model instead of the one recognised.
        pins: A file about a device whose pins OpenBeken gets.
        options: How to run it.
        listen: Receives what happens.
        stopped: Polled many times a second; True ends the run.
        monotonic: Real time in seconds.

    Raises:
        BekenlabError: The file cannot be used, or a port cannot be opened.
    """
    _check(options)
    running = _Running(_source(path, chip, pins), options, listen, monotonic)
    try:
        while not stopped() and not running.over:
            running.go_on()
        return running.report()
    finally:
        running.close()


def _check(options: RunOptions) -> None:
    if options.network.kind is not NetworkKind.OURS and options.reach:
        raise UsageError("names of this computer need our network", hint="let the chip join ours")
    alone = options.network.kind is NetworkKind.NONE
    if alone and (options.http_port or options.ports or options.capture):
        raise UsageError(
            "without a network nothing is sent", hint="let the chip join ours, or open its own"
        )
    taken = Counter(each.port for each in options.reach)
    if options.network.mqtt:
        taken[BROKER_PORT] += 1
    twice = [port for port, count in taken.items() if count > 1]
    if twice:
        raise UsageError(
            f"port {twice[0]} is given twice",
            hint="all names are one address in the air: use another port",
        )


def _source(path: Path, chip: str | None, pins: Path | None) -> LiveSource:
    file = choose_file(path, chip)
    if pins is None:
        return live_source(file, chip=chip)
    device = read_subject(pins)
    source = live_source(file, chip=chip, template=device.template)
    return source if device.analysis is None else with_controller_of(source, device.analysis)


class _Running:
    """A chip that runs, its network and its openings."""

    def __init__(
        self,
        source: LiveSource,
        options: RunOptions,
        listen: Callable[[Heard], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._listen = listen
        self._monotonic = monotonic
        self._frames: list[bytes] = []
        alone = options.network.kind is NetworkKind.NONE
        online = None if alone else self._enter(source, options)
        self._online = online
        self._network = online.network if online else None
        self._openings = online.openings if online else None
        self._chip = LiveChip(online.source, online.air) if online else LiveChip(source)
        self._said, self._joined = 0, False
        self._parts: dict[str, str] = {}
        self._looked: dict[str, str] = {}
        self._pacer = Pacer(1.0)
        self._power_ups = 0
        self._moved_at = self._shown_at = 0.0

    def _enter(self, source: LiveSource, options: RunOptions) -> Online:
        """Put the chip into its network, with the openings that were named."""
        online = go_online(
            source,
            options.network,
            names=[each.name for each in options.reach],
            capture=Capture(self._frames.append) if options.capture else None,
            published=self._published,
        )
        for each in options.reach:
            online.openings.to_computer(each.port, each.local_port)
        for chip_port, local_port in options.ports:
            online.openings.to_chip(chip_port, local_port, http=False)
        page = online.serve(options.http_port)
        if online.source.paired is not None:
            self._offer_local_control(online, online.source.paired)
        elif page:
            self._say("page", "", page, 0.0)
        return online

    def _offer_local_control(self, online: Online, pairing: Pairing) -> None:
        port = online.openings.to_chip(LOCAL_CONTROL, http=False)
        self._say("paired", "", ", ".join(pairing.edited), 0.0)
        known = f"id {pairing.device}, local key {pairing.key.reveal().decode()}"
        self._say("local", known, f"{LOOPBACK}:{port}", 0.0)

    @property
    def over(self) -> bool:
        """Whether the chip cannot continue."""
        return self._chip.stop is not None

    def go_on(self) -> None:
        """Run for a moment, or wait until time has passed or something arrives."""
        now = self._monotonic()
        if self._chip.power_ups != self._power_ups:
            self._power_ups = self._chip.power_ups
            self._pacer.restart(now, self._chip.seconds)
        openings = self._openings
        if openings is not None and openings.poll():
            self._moved_at = now
        behind = self._pacer.due(now, self._chip.seconds)
        lively = openings is not None and openings.busy and now - self._moved_at < _LIVELY
        if behind > 0 or lively:
            step = _LIVELY_STEP if lively else _STEP
            self._chip.run_to(self._chip.tick + self._chip.ticks(step))
            if now - self._shown_at >= _SHOWN_EVERY or self.over:
                self._shown_at = now
                self._show()
        elif openings is not None:
            if openings.poll(min(_NAP, self._pacer.wait(behind))):
                self._moved_at = self._monotonic()
        else:
            time.sleep(min(_NAP, self._pacer.wait(behind)))

    def _show(self) -> None:
        pieces, _ = self._chip.log.since(self._said)
        self._said = self._chip.log.end
        for piece in pieces:
            self._say("log", piece.port, piece.text, piece.seconds)
        self._show_parts()
        address = self._network.chip_ip if self._network is not None else None
        if address is not None and not self._joined:
            self._say("joined", "", ip_text(address))
        self._joined = address is not None

    def _show_parts(self) -> None:
        """Tell what has changed, except LEDs, which blink, and lamps while they fade."""
        for part in self._chip.parts(self._chip.gpio()):
            if part.kind == "led":
                continue
            state = "on" if part.on else "off"
            if part.brightness is not None:
                state = f"{part.brightness:.0%}" + (f" {part.colour}" if part.colour else "")
            steady = self._looked.get(part.id) == state
            self._looked[part.id] = state
            if steady and self._parts.setdefault(part.id, state) != state:
                self._parts[part.id] = state
                self._say("part", f"{part.label} ({part.id})", state)

    def _published(self, topic: str, content: bytes) -> None:
        self._say("mqtt", topic, content.decode("utf-8", "replace"))

    def _say(self, kind: str, subject: str, text: str, seconds: float | None = None) -> None:
        at = self._chip.seconds if seconds is None else seconds
        self._listen(Heard(kind, at, subject, text))

    def report(self) -> RunReport:
        """What the run has shown so far."""
        online = self._online
        refused = online.network.host.refused if online else Counter()
        unknown = online.unknown if online else Counter()
        return RunReport(self._chip.stop, refused, unknown, b"".join(self._frames))

    def close(self) -> None:
        """Close all sockets, and free the chip's memory."""
        if self._online is not None:
            self._online.close()
        self._chip.close()
