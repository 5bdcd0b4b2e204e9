"""The GPIO pins: one configuration word per pin; whatever drives a pin determines its level.

An input can interrupt on a level or an edge. Source of the offsets, and of the two bits that select
each pin's kind of interrupt: Beken's SDK. OpenBeken counts the pulses of a power meter with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from bekenlab.machine.devices.base import Device, State, Wiring, int_of, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_INPUT, _OUTPUT = 1 << 0, 1 << 1
_INPUT_ENABLE, _OUTPUT_DISABLE = 1 << 2, 1 << 3
_PULL_UP, _PULL_ENABLE, _FUNCTION, _MONITOR = 1 << 4, 1 << 5, 1 << 6, 1 << 7
_RESET = _OUTPUT_DISABLE
_FIRST_HIGH_PIN, _HIGH_PINS = 32, 0xC0
INT_ENABLE, INT_KIND, INT_STATUS = 0x84, (0x88, 0x8C), 0x90
_KIND_PINS = 16  # in one INT_KIND register
_LOW, _HIGH, _RISING, _FALLING = range(4)
_EDGE_LEVEL = {_RISING: 1, _FALLING: 0}

Direction = Literal["in", "out", "function", "off"]
Pull = Literal["up", "down"]
Interrupt = Literal["low", "high", "rising", "falling"]
_INTERRUPTS: tuple[Interrupt, ...] = ("low", "high", "rising", "falling")


@dataclass(frozen=True, slots=True)
class PinState:
    """The state of one pin.

    Attributes:
        gpio: Number.
        direction: ``"in"``, ``"out"``, ``"function"`` (a peripheral owns it) or ``"off"``.
        level: 0 or 1, as measured at the pin.
        pull: ``"up"``, ``"down"`` or None.
        touched: Whether the firmware has configured the pin at all.
        changes: How often the firmware has changed the level of this output since reset.
        interrupt: What lets it interrupt, or None.
    """

    gpio: int
    direction: Direction
    level: int
    pull: Pull | None
    touched: bool
    changes: int = 0
    interrupt: Interrupt | None = None


class Gpio(Device):
    """All pins.

    Args:
        wiring: Its connections.
        count: Number of pins of this chip.

    Attributes:
        on_edge: Called with (gpio, level) when the level at a pin is changed from outside.
        on_change: Called with (gpio, level) when the level at a pin changes for any reason.
        on_settled: Called with (tick, gpio, level) for each such change, once its time is known.
        unsettled: (tick, gpio, level) of changes in the current slice, for ``settle``.
    """

    registers: ClassVar[Mapping[int, str]] = {
        **{4 * n: f"GPIO{n}" for n in range(32)},
        0x80: "FUNCTION_MODE",
        INT_ENABLE: "INT_ENABLE",
        **{offset: f"INT_KIND{n}" for n, offset in enumerate(INT_KIND)},
        INT_STATUS: "INT_STATUS",
        0xB8: "FUNCTION_A",
        0xBC: "FUNCTION_B",
        **{_HIGH_PINS + 4 * (n - 32): f"GPIO{n}" for n in range(32, 48)},
    }

    def __init__(self, wiring: Wiring, count: int) -> None:
        super().__init__(wiring)
        self.count = count
        self.on_edge: Callable[[int, int], None] = lambda _gpio, _level: None
        self.on_change: Callable[[int, int], None] = lambda _gpio, _level: None
        self.on_settled: Callable[[int, int, int], None] = lambda _tick, _gpio, _level: None
        self.unsettled: list[tuple[int, int, int]] = []
        self._driven: dict[int, int] = {}
        self._changes: dict[int, int] = {}
        self._latched = 0
        self._asserted = 0
        self._raised = False
        self._pins = {self._offset(n): n for n in range(count)}

    @property
    def set_up(self) -> tuple[int, ...]:
        """The pins that the firmware has configured, in the order in which it first did."""
        return tuple(self._pins[offset] for offset in self.words if offset in self._pins)

    @staticmethod
    def _offset(gpio: int) -> int:
        if gpio < _FIRST_HIGH_PIN:
            return 4 * gpio
        return _HIGH_PINS + 4 * (gpio - _FIRST_HIGH_PIN)

    def drive(self, gpio: int, level: int | None) -> None:
        """Drive a pin to 0 or 1 from outside; None releases it."""
        before = self.level(gpio)
        if level is None:
            self._driven.pop(gpio, None)
        else:
            self._driven[gpio] = 1 if level else 0
        after = self.level(gpio)
        if after != before:
            self._edge(gpio, after)
            self.on_edge(gpio, after)
            self.on_change(gpio, after)
            self.on_settled(self.clock.now, gpio, after)

    def level(self, gpio: int) -> int:
        """The level at a pin: driven from outside, else output, else pull; 0 if floating."""
        if gpio in self._driven:
            return self._driven[gpio]
        word = self.words.get(self._offset(gpio), _RESET)
        if not word & _OUTPUT_DISABLE:
            return word >> 1 & 1
        return int(bool(word & _PULL_ENABLE and word & _PULL_UP))

    def power_up(self, fresh: State) -> None:
        """Reset all pins; what drives them from outside keeps doing so."""
        self.load({**fresh, "driven": dict(self._driven)})

    def pin(self, gpio: int) -> PinState:
        """The state of a pin."""
        offset = self._offset(gpio)
        word = self.words.get(offset, _RESET)
        direction: Direction = "off"
        if word & _FUNCTION:
            direction = "function"
        elif not word & _OUTPUT_DISABLE:
            direction = "out"
        elif word & _INPUT_ENABLE:
            direction = "in"
        pull: Pull | None = None
        if word & _PULL_ENABLE:
            pull = "up" if word & _PULL_UP else "down"
        touched, changes = offset in self.words, self._changes.get(gpio, 0)
        interrupt = _INTERRUPTS[self._kind(gpio)] if self._enabled(gpio) else None
        return PinState(gpio, direction, self.level(gpio), pull, touched, changes, interrupt)

    def _enabled(self, gpio: int) -> bool:
        return gpio < _FIRST_HIGH_PIN and bool(self.words.get(INT_ENABLE, 0) >> gpio & 1)

    def read(self, offset: int) -> int:
        """A pin's word has its level in bit 0; INT_STATUS has one bit per interrupting pin."""
        gpio = self._pins.get(offset)
        if gpio is None:
            return self._waiting() if offset == INT_STATUS else super().read(offset)
        return (self.words.get(offset, _RESET) & ~_INPUT) | self.level(gpio)

    def write(self, offset: int, value: int) -> None:
        """Report changes of levels at pins; writing 1 to a bit of INT_STATUS clears its edge."""
        gpio = self._pins.get(offset)
        if gpio is None:
            if offset == INT_STATUS:
                self._latched &= ~value
            else:
                super().write(offset, value)
                self._compare_all()
            self._update()
            return
        before, level = self.words.get(offset, _RESET), self.level(gpio)
        super().write(offset, value & ~_INPUT)
        if not (before | value) & (_OUTPUT_DISABLE | _FUNCTION) and (before ^ value) & _OUTPUT:
            self._changes[gpio] = self._changes.get(gpio, 0) + 1
        if self.level(gpio) != level:
            self.on_change(gpio, 1 - level)
            self.unsettled.append((self.clock.now, gpio, 1 - level))
            self._compare(gpio)
        self._update()

    def settle(self, start: int, reached: int, end: int) -> None:
        """A slice has ended: report the times of its changes.

        During a slice only device accesses advance the clock; the instructions are added at its
        end. So changes are spread over the slice in proportion to the accesses: in the right order,
        and evenly if the firmware toggles a pin evenly.

        Args:
            start: Tick at the slice's start.
            reached: Tick at its end, counting accesses only.
            end: Tick at its end, including its instructions.
        """
        changes, self.unsettled = self.unsettled, []
        longer = end - start, reached - start
        for tick, gpio, level in changes:
            spread = start < tick <= reached
            at = start + (tick - start) * longer[0] // longer[1] if spread else tick
            self.on_settled(at, gpio, level)

    def _kind(self, gpio: int) -> int:
        register, place = divmod(gpio, _KIND_PINS)
        return self.words.get(INT_KIND[register], 0) >> 2 * place & 3

    def _edge(self, gpio: int, level: int) -> None:
        if gpio < _FIRST_HIGH_PIN and _EDGE_LEVEL.get(self._kind(gpio)) == level:
            self._latched |= self.words.get(INT_ENABLE, 0) & 1 << gpio
        self._compare(gpio)
        self._update()

    def _waiting(self) -> int:
        """Pins that interrupt: latched edges and current levels."""
        return self._latched & self.words.get(INT_ENABLE, 0) | self._asserted

    def _compare(self, gpio: int) -> None:
        """Note whether a pin has the level it is to interrupt at."""
        if gpio >= _FIRST_HIGH_PIN:
            return
        kind = self._kind(gpio)
        self._asserted &= ~(1 << gpio)
        if self._enabled(gpio) and kind in (_LOW, _HIGH) and self.level(gpio) == kind:
            self._asserted |= 1 << gpio

    def _compare_all(self) -> None:
        self._asserted = 0
        if self.words.get(INT_ENABLE, 0):
            for gpio in range(min(self.count, _FIRST_HIGH_PIN)):
                self._compare(gpio)

    def _update(self) -> None:
        raised = bool(self.words.get(INT_ENABLE, 0)) and bool(self._waiting())
        if raised != self._raised:
            self._raised = raised
            self.wiring.irq(raised)

    def save(self) -> State:
        """Registers, latched edges, and levels driven from outside."""
        return {
            **super().save(),
            "driven": dict(self._driven),
            "changes": dict(self._changes),
            "latched": self._latched,
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._driven = {gpio: int_of(n) for gpio, n in table_of(state["driven"]).items()}
        self._changes = {gpio: int_of(n) for gpio, n in table_of(state["changes"]).items()}
        self._latched = int_of(state["latched"])
        self._compare_all()
        self._raised = bool(self._waiting())
