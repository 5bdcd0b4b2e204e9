"""Trying pins with commands: a copy of the configuration sets one channel after the other.

The copy differs only in its startup command, to which the commands are appended. Neither a console
nor a spare pin is needed, and the flash that was written stays unchanged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.probing.pin_kinds import Kind, kind_of, of_kind, on_level, state_words, word
from bekenlab.probing.rehearsal import PinCheck, PinVerdict
from bekenlab.probing.virtual_target import VirtualTarget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.openbeken.config import Config
    from bekenlab.openbeken.settings import PinSetting

_STARTUP = "startup_command"
_BEFORE = "delay_s 1"
_SETTLE = 0.15  # device seconds between a command and reading the pin
_PULSE = 1.9  # device seconds after which a bridge's pulse is over
_STEP_MOST = 8.0
_BRIDGES = (Kind.PULSED_ON, Kind.PULSED_OFF)
_ON, _OFF = 1, 0
_DUTIES = (30, 80)  # percent
_HZ, _HZ_SLOW, _SLOW_FLAG = 1000, 600, 11
_FREQUENCY = re.compile(r"(?im)^[ \t]*PWMFrequency[ \t]+(\d{1,6})")
_HZ_OFF, _DUTY_OFF = 0.01, 0.02


@dataclass(frozen=True, slots=True)
class _Order:
    """Commands, and what they set.

    Attributes:
        commands: Lines of the startup command.
        channel: The channel they set; None: they switch the light on.
        value: The channel's new value.
        seconds: Device seconds to watch.
    """

    commands: tuple[str, ...]
    channel: int | None
    value: int = 0
    seconds: float = _SETTLE

    def lines(self, number: int) -> str:
        """As lines of a startup command; the last one waits until the pins have been read."""
        pause = f"delay_ms {round(1000 * self.seconds) + 250}"
        return "\n".join((*self.commands, f"echo {_marker(number)}", pause))


_INITIAL = _Order((), None)
"""No command: the pins as they are at the start."""


@dataclass(slots=True)
class _Seen:
    """What pins did, by GPIO: (expected, seen, whether they agree)."""

    facts: dict[int, list[tuple[str, str, bool]]] = field(default_factory=dict)

    def add(self, gpio: int, expected: str, seen: str, *, good: bool) -> None:
        self.facts.setdefault(gpio, []).append((expected, seen, good))


def _marker(number: int) -> str:
    return f"rehearsal-{number}"


def try_by_command(flash: bytes, chip: str, address: int, config: Config) -> list[PinCheck]:
    """Set every channel that drives a pin, and check the pin.

    Args:
        flash: The chip's flash, as it was written.
        chip: Name of the chip.
        address: Physical address of the configuration in it.
        config: The configuration.
    """
    settings = config.pins()
    seen = _Seen()
    for orders in _batches(_orders(settings), config):
        copy = config.with_values({_STARTUP: _script(config, orders)})
        sector = copy.encode()
        target = VirtualTarget(flash[:address] + sector + flash[address + len(sector) :], chip)
        for number, order in enumerate(orders):
            _carry_out(target, number, order, config, seen)
    return [
        _check(setting, seen.facts.get(setting.gpio, []))
        for setting in of_kind(settings, Kind.SWITCHED, Kind.DIMMED, *_BRIDGES, Kind.WIRED)
    ]


def _orders(settings: Sequence[PinSetting]) -> list[_Order]:
    orders = [_INITIAL] if of_kind(settings, Kind.SWITCHED) else []
    kinds = (Kind.SWITCHED, Kind.DIMMED, *_BRIDGES)
    for channel in sorted({setting.channel for setting in of_kind(settings, *kinds)}):
        here = {kind_of(s.role) for s in of_kind(settings, *kinds) if s.channel == channel}
        seconds = _PULSE if here & set(_BRIDGES) else _SETTLE
        values = [*((_ON, _OFF) if here - {Kind.DIMMED} else ())]
        values += [*(_DUTIES if Kind.DIMMED in here else ())]
        orders += [
            _Order((f"SetChannel {channel} {value}",), channel, value, seconds) for value in values
        ]
    if of_kind(settings, Kind.WIRED):
        orders.append(_Order(("led_enableAll 1", "led_basecolor_rgb 00FF00"), None))
    return orders


def _script(config: Config, orders: Sequence[_Order]) -> str:
    own = str(config.value(_STARTUP))
    lines = [order.lines(number) for number, order in enumerate(orders)]
    return "\n".join([*([own] if own else []), _BEFORE, *lines])


def _batches(orders: Sequence[_Order], config: Config) -> Iterator[list[_Order]]:
    """Batches of as many orders as fit into the startup command."""
    room = config.layout.fields[_STARTUP].size - 1
    batch: list[_Order] = []
    for order in orders:
        if batch and len(_script(config, [*batch, order]).encode()) > room:
            yield batch
            batch = []
        batch.append(order)
    if batch and len(_script(config, batch).encode()) <= room:
        yield batch


def _carry_out(
    target: VirtualTarget, number: int, order: _Order, config: Config, seen: _Seen
) -> None:
    mark = target.mark()
    if not target.run_until(rf"{_marker(number)}\b", _STEP_MOST):
        return
    target.run(order.seconds)
    for setting in config.pins():
        kind = kind_of(setting.role)
        if order is _INITIAL:
            if kind is Kind.SWITCHED and _starts_off(config, setting):
                _switched(target, order, setting, seen)
        elif order.channel is None and kind is Kind.WIRED:
            edges = len(target.levels_since(mark, setting.gpio))
            seen.add(
                setting.gpio, "changes when the light is set", f"{edges} edges", good=edges > 0
            )
        elif order.channel != setting.channel:
            continue
        elif kind is Kind.SWITCHED:
            _switched(target, order, setting, seen)
        elif kind is Kind.DIMMED and order.value in _DUTIES:
            _dimmed(target, order, setting, config, seen)
        elif kind in _BRIDGES:
            levels = target.levels_since(mark, setting.gpio)
            mine = order.value == (_ON if kind is Kind.PULSED_ON else _OFF)
            expected = "a pulse" if mine else "still"
            shown = "a pulse" if levels == [1, 0] else "still" if not levels else f"{levels}"
            seen.add(setting.gpio, expected, shown, good=shown == expected)


def _starts_off(config: Config, setting: PinSetting) -> bool:
    """Whether its channel is certainly 0 at the start, with no stored value and no command."""
    values = config.value("start_values")
    zero = isinstance(values, tuple) and not values[setting.channel]
    return zero and "channel" not in str(config.value(_STARTUP)).lower()


def _switched(target: VirtualTarget, order: _Order, setting: PinSetting, seen: _Seen) -> None:
    level = on_level(setting.role) if order.value else 1 - on_level(setting.role)
    pin = target.pin(setting.gpio)
    good = pin is not None and pin.direction == "out" and pin.level == level
    state = "on" if order.value else "off"
    shown = word(pin.level) if pin is not None and pin.direction == "out" else state_words(pin)
    seen.add(setting.gpio, f"{state}: {word(level)}", f"{state}: {shown}", good=good)


def _dimmed(
    target: VirtualTarget, order: _Order, setting: PinSetting, config: Config, seen: _Seen
) -> None:
    hz = _frequency(config)
    duty = order.value if on_level(setting.role) else 100 - order.value
    pwm = target.pwm(setting.gpio)
    if pwm is None:
        shown, good = "no PWM", False
    else:
        shown = f"{pwm.hz:.0f} Hz {100 * pwm.duty:.0f} %"
        good = abs(pwm.hz - hz) <= _HZ_OFF * hz and abs(pwm.duty - duty / 100) <= _DUTY_OFF
    seen.add(setting.gpio, f"{hz} Hz {duty} %", shown, good=good)


def _frequency(config: Config) -> int:
    found = _FREQUENCY.findall(str(config.value(_STARTUP)))
    if found:
        return int(found[-1])
    flags = config.value("flags")
    return _HZ_SLOW if isinstance(flags, frozenset) and _SLOW_FLAG in flags else _HZ


def _check(setting: PinSetting, facts: Sequence[tuple[str, str, bool]]) -> PinCheck:
    expected = ", ".join(fact[0] for fact in facts) or "changes when its channel is set"
    seen = ", ".join(fact[1] for fact in facts) or "OpenBeken did not reach this command"
    good = bool(facts) and all(fact[2] for fact in facts)
    verdict = PinVerdict.MOVED if good else PinVerdict.WRONG
    return PinCheck(setting.gpio, setting.text, expected, seen, verdict)
