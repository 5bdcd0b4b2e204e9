"""Find out what hangs on a running device's pins: press, drive, ask, and put everything back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import BekenlabError, RefusedError, UnsupportedError
from bekenlab.events import EventSink, Message, ignore
from bekenlab.jobs.lan.pins import chip_of, role_number
from bekenlab.jobs.lan.probe_answers import Answer, FoundInput, FoundOutput, Person, Trial
from bekenlab.jobs.lan.probe_pins import PinChoice, choose_pins, drivers_in, has_mcu
from bekenlab.jobs.lan.probe_record import ProbeRecord, ProbeRecords
from bekenlab.jobs.lan.probe_restore import put_back
from bekenlab.jobs.lan.settings import read_settings
from bekenlab.pins.model import Polarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Chip
    from bekenlab.jobs.lan.copies import Copies
    from bekenlab.lan.device import Device
    from bekenlab.lan.replies import DeviceInfo, DevicePins

JOB = "obk-probe"
_INPUT, _OUTPUT = "dInput", "Rel"
_QUIET = 3.0  # seconds in which what changes by itself is found
_LOOK = 0.25  # seconds between two looks at the inputs
_SETTLE = 0.5  # seconds until the firmware has read its inputs
_MOMENT = 1.0  # seconds for which an output is driven
_STARTUP = "startup_command"


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """What a probe would do.

    Attributes:
        info: The device.
        chip: Its chip.
        now: What its pins do now.
        choice: The pins that are tried.
    """

    info: DeviceInfo
    chip: Chip
    now: DevicePins
    choice: PinChoice


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What was found, with the device as it was before.

    Attributes:
        plan: What was planned.
        inputs: Buttons, in the order in which they were pressed.
        outputs: What the person saw or heard.
        restless: Pins that change by themselves.
        tried: Pins that were driven.
        ended: Whether the person ended it early.
        kept: File with all settings.
        changed: Names of settings that differ from those before; none unless somebody else
            changed them.
    """

    plan: ProbePlan
    inputs: tuple[FoundInput, ...]
    outputs: tuple[FoundOutput, ...]
    restless: tuple[int, ...]
    tried: tuple[int, ...]
    ended: bool
    kept: str
    changed: tuple[str, ...]


def plan_probe(
    device: Device,
    records: ProbeRecords,
    subject: Subject | None = None,
    *,
    adapter: bool = False,
) -> ProbePlan:
    """Find out what may be tried; nothing is changed.

    Args:
        device: The device.
        records: Where unfinished probes are kept.
        subject: A file about the device: its pins are tried first.
        adapter: Whether an adapter or programmer is attached to the board.

    Raises:
        RefusedError: An earlier probe has yet to be put back, or a second controller is connected.
        UnsupportedError: The device has no Beken chip, or its build lacks a role.
    """
    info = device.info()
    chip = chip_of(info)
    if records.find(info, str(device.host)) is not None:
        raise RefusedError(
            "an earlier probe of this device was interrupted",
            hint="put its settings back first",
        )
    startup = str(read_settings(device, chip).value(_STARTUP))
    if subject is not None:
        startup += "\n" + str(subject.template.get("command") or "")
    drivers = drivers_in(startup)
    if has_mcu(drivers, subject):
        raise RefusedError(
            "the device has a second controller (TuyaMCU): its relays and buttons are connected to "
            "that, not to the chip",
            hint="connect its data points to channels instead",
        )
    now = device.pins()
    for role in (_INPUT, _OUTPUT):
        if role_number(now.role_names, role) is None:
            raise UnsupportedError(f"the firmware on the device does not know the role {role}")
    return ProbePlan(info, chip, now, choose_pins(chip, now, drivers, subject, adapter=adapter))


def run_probe(
    device: Device,
    plan: ProbePlan,
    person: Person,
    records: ProbeRecords,
    copies: Copies,
    *,
    seconds: float = 20.0,
    outputs: bool = True,
    events: EventSink = ignore,
) -> ProbeResult:
    """Find inputs and outputs, and put everything back, also after a failure.

    The record is on disk before the first change, and is deleted once the device has been seen with
    its old settings. So whenever the program dies, :func:`put_back` finds it.

    Args:
        device: The device.
        plan: What to try.
        person: Presses and answers.
        records: Keeps what is needed to put everything back.
        copies: Keeps all settings.
        seconds: How long buttons are waited for each time.
        outputs: Also drive pins.
        events: Receives events.

    Raises:
        BekenlabError: The device fails or refuses; the record is left if it cannot be put back.
    """
    host = str(device.host)
    sector = read_settings(device, plan.chip).encode()
    kept = copies.keep(host, "settings", sector)
    now = plan.now
    record = ProbeRecord(plan.info.build, now.roles, now.channels, now.second_channels, str(kept))
    records.keep(plan.info, host, record)
    events(Message(JOB, "kept", f"its current settings are kept in {kept}"))
    probe = _Probe(device, plan, person, events)
    try:
        probe.find_inputs(seconds)
        if outputs:
            probe.find_outputs()
    except (Exception, KeyboardInterrupt):
        _try_to_put_back(device, records, events)
        raise
    changed = put_back(device, records, events=events)
    return ProbeResult(
        plan=plan,
        inputs=tuple(probe.inputs.values()),
        outputs=tuple(found for _, found in sorted(probe.outputs.items())),
        restless=tuple(sorted(probe.restless)),
        tried=tuple(probe.tried),
        ended=probe.ended,
        kept=str(kept),
        changed=changed,
    )


def _try_to_put_back(device: Device, records: ProbeRecords, events: EventSink) -> None:
    """After a failure, whose cause is what is told: putting back may fail for the same one."""
    events(Message(JOB, "putting-back", "putting the settings back"))
    try:
        put_back(device, records, events=events)
    except BekenlabError as error:
        events(
            Message(
                JOB,
                "left-changed",
                f"the settings could not be put back ({error.message}); they are kept, and the "
                "next probe of this device begins with it",
            )
        )


class _Probe:
    """A probe under way."""

    def __init__(self, device: Device, plan: ProbePlan, person: Person, events: EventSink) -> None:
        self._device = device
        self._plan = plan
        self._person = person
        self._events: EventSink = events
        self._channels = plan.choice.channels
        self._idle: dict[int, int] = {}
        self.inputs: dict[int, FoundInput] = {}
        self.outputs: dict[int, FoundOutput] = {}
        self.restless: set[int] = set()
        self.tried: list[int] = []
        self.ended = False

    # -- inputs

    def find_inputs(self, seconds: float) -> None:
        """Make all pins inputs, and watch which of them change."""
        self._all_inputs()
        self._idle = self._levels()
        self.restless = {gpio for gpio, _ in self._changes(_QUIET)}
        self._idle = self._levels()
        while True:
            self._person.press_now(seconds)
            for gpio, idle in self._changes(seconds):
                if gpio not in self.restless and gpio not in self.inputs:
                    low = Polarity.ACTIVE_LOW if idle else Polarity.ACTIVE_HIGH
                    self.inputs[gpio] = FoundInput(gpio, low)
                    self._person.pressed(self.inputs[gpio])
            if not self._person.more_buttons(len(self.inputs)):
                return

    def _all_inputs(self) -> None:
        """Channels come first: an input tells its level to the channel that it has by then."""
        now = self._plan.now
        roles, channels = list(now.roles), list(now.channels)
        number = role_number(now.role_names, _INPUT)
        for gpio, channel in self._channels.items():
            roles[gpio], channels[gpio] = 0, channel
        self._device.set_pins(roles, channels)
        for gpio in self._channels:
            roles[gpio] = number or 0
        self._device.set_pins(roles, channels)
        self._device.clock.sleep(_SETTLE)

    def _levels(self) -> dict[int, int]:
        states = self._device.pins().states
        return {gpio: int(states[gpio] != 0) for gpio in self._channels}

    def _changes(self, seconds: float) -> Iterator[tuple[int, int]]:
        """Pins that leave their idle level, with that level."""
        clock = self._device.clock
        end = clock.now() + seconds
        while clock.now() < end:
            for gpio, level in self._levels().items():
                if level != self._idle[gpio]:
                    yield gpio, self._idle[gpio]
            clock.sleep(_LOOK)

    # -- outputs

    def find_outputs(self) -> None:
        """Drive one pin after another to both levels, the one that it does not have first."""
        todo = [
            g
            for g in self._plan.choice.gpios
            if g not in self.inputs | dict.fromkeys(self.restless)
        ]
        at = 0
        while at < len(todo):
            answer = self._try_pin(todo[at], at + 1, len(todo))
            if answer is Answer.STOP:
                self.ended = True
                return
            at = max(0, at - 1) if answer is Answer.BACK else at + 1

    def _try_pin(self, gpio: int, number: int, count: int) -> Answer:
        self.outputs.pop(gpio, None)
        for level in (1 - self._idle[gpio], self._idle[gpio]):
            trial = Trial(gpio, level, number, count, self._plan.choice.likely.get(gpio))
            answer = Answer.AGAIN
            while answer is Answer.AGAIN:
                self._drive(trial)
                answer = self._person.happened(trial)
            if answer in (Answer.STOP, Answer.BACK):
                return answer
            if answer is not Answer.NOTHING:
                active = Polarity.ACTIVE_HIGH if level else Polarity.ACTIVE_LOW
                self.outputs[gpio] = FoundOutput(gpio, answer, active)
                return answer
        return Answer.NOTHING

    def _drive(self, trial: Trial) -> None:
        """For a moment; then the pin is an input again."""
        gpio, channel = trial.gpio, self._channels[trial.gpio]
        if gpio not in self.tried:
            self.tried.append(gpio)
        self._device.command(
            f"backlog SetChannel {channel} {1 - trial.level}; SetPinRole {gpio} {_OUTPUT}; "
            f"SetChannel {channel} {trial.level}"
        )
        self._events(Message(JOB, "driven", f"P{gpio} is {'high' if trial.level else 'low'} now"))
        self._device.clock.sleep(_MOMENT)
        self._device.command(
            f"backlog SetChannel {channel} {1 - trial.level}; SetPinRole {gpio} {_INPUT}"
        )
