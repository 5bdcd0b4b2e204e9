"""How far a real dump boots, by the same way as ``bekenlab boot``, held against its storage."""

from __future__ import annotations

import re
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.boot import boot
from bekenlab.analysis.boot_model import BootOptions, BootReport
from bekenlab.analysis.boot_stop import BootStop
from bekenlab.analysis.choose import ChosenDump, choose_dump
from bekenlab.pins import PinMap, Source, pins_from_parameters
from bekenlab.pins.model import Polarity
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Callable

DEVICE_SECONDS = 8.0
STARTED = "app_init finished"
#: What firmwares print of themselves; one of another maker prints no name of its own.
IDENTITY = re.compile(
    r"OpenBK7\w+, version \S+|[a-zA-Z]\w*_\w+:\d+\.\d+\.\d+"
    r"|\*\*\[\w+\] \[[\d.]+\]|oem_\w+ \d+\.\d+\.\d+"
)
_SWITCHED = {"Rel", "LED", "WifiLED"}
_PRESSED = {"Btn"}
_BLINKS = 4

PinFacts = tuple[int, str, int, Polarity | None]


@dataclass
class Moment:
    """When a line was printed: device seconds, processor seconds of this process."""

    device: float
    processor: float


@dataclass
class Row:
    """One dump.

    Attributes:
        name: Of the dump.
        chip: As it was recognised.
        identity: When it said what it is, or None.
        said: What it said.
        started: When it had finished starting, or None.
        processor: Seconds that the whole run took.
        report: What the boot gave.
        stored: What its storage says of the pins.
    """

    name: str
    chip: str
    identity: Moment | None
    said: str
    started: Moment | None
    processor: float
    report: BootReport = field(repr=False)
    stored: PinMap = field(repr=False)

    @property
    def right(self) -> set[PinFacts]:
        """Pins of the log that are those of storage."""
        return _facts(self.report.pins) & _facts(self.stored)

    @property
    def all_stored(self) -> set[PinFacts]:
        """All pins of storage."""
        return _facts(self.stored)

    @property
    def wrong(self) -> set[PinFacts]:
        """Pins of the log that storage does not have so."""
        return _facts(self.report.pins) - _facts(self.stored)

    @property
    def idle(self) -> list[tuple[PinFacts, bool]]:
        """Relays, LEDs and buttons of storage, and whether the GPIO idles as their polarity says.

        A relay or LED is an output that is off, or blinks as network LEDs do; a button an input,
        pulled to what is not pressed.
        """
        return [(facts, self._idles(facts)) for facts in switched_or_pressed(self.stored)]

    def _idles(self, facts: PinFacts) -> bool:
        gpio, role, _, polarity = facts
        row, active = self.report.gpio[gpio], int(polarity is Polarity.ACTIVE_HIGH)
        if role in _PRESSED:
            return row.direction == "in" and row.level != active
        return row.direction == "out" and (row.level != active or row.changes >= _BLINKS)


def switched_or_pressed(pins: PinMap) -> list[PinFacts]:
    """The relays, LEDs and buttons whose active level is known."""
    roles = _SWITCHED | _PRESSED
    found = [each for each in _facts(pins) if each[1] in roles and each[3] is not None]
    return sorted(found, key=repr)


def _facts(pins: PinMap) -> set[PinFacts]:
    return {(pin.gpio, pin.role, pin.channel, pin.polarity) for pin in pins.pins}


@cache
def chosen(name: str) -> ChosenDump:
    """A dump as ``boot`` takes it: chip, code and storage recognised by itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.bin"
        path.write_bytes(dump(name))
        return choose_dump(path)


def stored_pins(subject: ChosenDump) -> PinMap:
    """The pin map of what storage says; an older copy of it where there is none."""
    for said in subject.tuya.statements:
        if said.source in (Source.STORAGE, Source.PROTECTED, Source.OEM_CFG):
            return pins_from_parameters(said.parameters.flat(), source=said.source)
    return PinMap()


def measure(name: str, device_seconds: float = DEVICE_SECONDS) -> Row:
    """Boot a dump for some device seconds."""
    subject = chosen(name)
    text = ""
    moments: dict[str, Moment] = {}
    said = ""

    def heard(seconds: float, piece: str) -> None:
        nonlocal text, said
        text += piece
        moment = Moment(seconds, clock())
        found = None if "identity" in moments else IDENTITY.search(text)
        if found:
            said = found[0]
            moments["identity"] = moment
        if "started" not in moments and STARTED in text:
            moments["started"] = moment

    clock = _stopwatch()
    options = BootOptions(
        device_seconds=device_seconds, instructions=None, wall_seconds=300, stop_at_pins=False
    )
    report = boot(
        subject.image, chip=subject.chip, tuya=subject.tuya, options=options, listen=heard
    )
    return Row(
        name=name,
        chip=subject.chip,
        identity=moments.get("identity"),
        said=said,
        started=moments.get("started"),
        processor=clock(),
        report=report,
        stored=stored_pins(subject),
    )


def _stopwatch() -> Callable[[], float]:
    begin = time.process_time()
    return lambda: time.process_time() - begin


def ran_on(row: Row) -> bool:
    """Whether the firmware was still running when its time was over."""
    return row.report.stop in (BootStop.DEVICE_TIME, BootStop.QUIET)
