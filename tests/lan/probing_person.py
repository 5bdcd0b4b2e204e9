"""People who press buttons and say what they see, for tests of the GPIO probe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from bekenlab.events import Event, Message
from bekenlab.jobs.lan.probe_answers import Answer, FoundInput, Trial
from bekenlab.live.commands import Drive

if TYPE_CHECKING:
    from collections.abc import Callable

    from air_devices import AirDevice
    from bekenlab.lan.address import Host
    from bekenlab.lan.clock import Clock, Timeouts
    from bekenlab.lan.connection import Channel


class Killed(BaseException):
    """The process is gone: nothing that catches errors catches this."""


@dataclass
class Mortal:
    """Opens connections until the process dies, before or behind the last request.

    Args:
        connect: Opens a connection.
        left: Connections that are lived through.
        sent: Whether one more request still leaves.
    """

    connect: Callable[[Host, Timeouts, Clock], Channel]
    left: int
    sent: bool = False
    opened: int = 0

    def __call__(self, host: Host, timeouts: Timeouts, clock: Clock) -> Channel:
        self.opened += 1
        if self.opened <= self.left:
            return self.connect(host, timeouts, clock)
        if self.opened == self.left + 1 and self.sent:
            return _Last(self.connect(host, timeouts, clock))
        raise Killed


class _Last:
    """A connection whose answer nobody receives."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __enter__(self) -> Self:
        self._channel.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.__exit__()

    def send(self, head: bytes, body: bytes, *, seconds: float, progress: object = None) -> None:
        self._channel.send(head, body, seconds=seconds)
        self._channel.answer(seconds=seconds, most=1 << 16)

    def answer(self, *, seconds: float, most: int) -> bytes:
        raise Killed


@dataclass
class Scripted:
    """Answers as told, by GPIO and level; presses by calling functions."""

    answers: dict[tuple[int, int], Answer] = field(default_factory=dict)
    press: Callable[[], None] = lambda: None
    rounds: int = 1
    seen: list[FoundInput] = field(default_factory=list)
    asked: list[Trial] = field(default_factory=list)

    def press_now(self, seconds: float) -> None:
        self.press()

    def pressed(self, found: FoundInput) -> None:
        self.seen.append(found)

    def more_buttons(self, found: int) -> bool:
        self.rounds -= 1
        return self.rounds > 0

    def happened(self, trial: Trial) -> Answer:
        self.asked.append(trial)
        return self.answers.get((trial.gpio, trial.level), Answer.NOTHING)


class AtTheChip:
    """Presses the buttons of a virtual chip and watches its pins, while the job waits.

    Args:
        device: The device.
        outputs: What is connected: by GPIO, what happens and at which level.
        buttons: Levels of the pressed buttons, by GPIO.
    """

    def __init__(
        self, device: AirDevice, outputs: dict[int, tuple[Answer, int]], buttons: dict[int, int]
    ) -> None:
        self._device = device
        self._outputs = outputs
        self._buttons = buttons
        self._due: list[tuple[float, int, int]] = []
        self._seen = Answer.NOTHING
        for gpio, level in buttons.items():
            device.chip.do(Drive(gpio, 1 - level))

    # -- a runner of the chip

    @property
    def seconds(self) -> float:
        return self._device.runner.seconds

    def run(self, seconds: float) -> None:
        while self._due and self._due[0][0] <= self.seconds:
            _, gpio, level = self._due.pop(0)
            self._device.chip.do(Drive(gpio, level))
        self._device.runner.run(seconds)

    # -- a person

    def press_now(self, seconds: float) -> None:
        at = self.seconds
        for number, (gpio, level) in enumerate(self._buttons.items()):
            self._due.append((at + 1.5 * number, gpio, level))
            self._due.append((at + 1.5 * number + 0.7, gpio, 1 - level))

    def pressed(self, found: FoundInput) -> None:
        pass

    def more_buttons(self, found: int) -> bool:
        return False

    def happened(self, trial: Trial) -> Answer:
        return self._seen

    # -- what is seen while a pin is driven

    def __call__(self, event: Event) -> None:
        if not isinstance(event, Message) or event.code != "driven":
            return
        driven = {row.gpio: row.level for row in self._device.chip.gpio() if row.direction == "out"}
        happens = [
            what for gpio, (what, level) in self._outputs.items() if driven.get(gpio) == level
        ]
        self._seen = happens[0] if happens else Answer.NOTHING
