"""Parses the JSON commands a page sends to a virtual chip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.errors import UsageError
from bekenlab.live.commands import (
    PORTS,
    Drive,
    Pause,
    Press,
    Release,
    ReportPoint,
    Reset,
    Resume,
    SetSpeed,
    Step,
    TypeText,
)
from bekenlab.live.pacing import FASTEST, SLOWEST
from bekenlab.live.uart1 import point_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.live.commands import Command

_LONGEST_STEP = 10.0
_LONGEST_TEXT = 1024


def command_of(given: Mapping[str, Any], *, pins: int) -> Command:
    """Parse a command.

    Args:
        given: ``{"do": NAME, ...}`` as documented in docs/bench.md.
        pins: How many pins the chip has.

    Raises:
        UsageError: The command is unknown, or a value is missing or out of range.
    """
    name = given.get("do")
    maker = _MAKERS.get(name) if isinstance(name, str) else None
    if maker is None:
        raise UsageError("unknown command", hint=f"do is one of {', '.join(_MAKERS)}")
    return maker(_Given(given, pins))


class _Given:
    """Values of a request; each is checked when it is read."""

    def __init__(self, values: Mapping[str, Any], pins: int) -> None:
        self._values = values
        self._pins = pins

    def whole(self, name: str, *, least: int, most: int) -> int:
        value = self._values.get(name)
        if type(value) is not int or not least <= value <= most:
            raise UsageError(f"{name} must be a whole number from {least} to {most}")
        return value

    def gpio(self) -> int:
        return self.whole("gpio", least=0, most=self._pins - 1)

    def level(self) -> int | None:
        return self.whole("level", least=0, most=1) if self.has("level") else None

    def number(self, name: str, *, least: float, most: float) -> float:
        value = self._values.get(name)
        if not isinstance(value, int | float):
            raise UsageError(f"{name} must be a number")
        if not least <= value <= most:  # nor is NaN, or an integer too large for a float
            raise UsageError(f"{name} must be from {least:g} to {most:g}")
        return float(value)

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT:
            raise UsageError(f"{name} must be text of at most {_LONGEST_TEXT} characters")
        return value

    def flag(self, name: str) -> bool:
        return self._values.get(name) is True

    def value(self, name: str) -> int | str:
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise UsageError(f"{name} must be a number or text")
        return value


def _type(given: _Given) -> Command:
    wanted = given.text("port") if given.has("port") else PORTS[0]
    for port in PORTS:
        if port == wanted:
            return TypeText(given.text("text"), port)
    raise UsageError(f"port is one of {', '.join(PORTS)}")


def _point(given: _Given) -> Command:
    number = given.whole("id", least=1, most=255)
    try:
        return ReportPoint(point_of(number, given.text("type"), given.value("value")))
    except ValueError as error:
        raise UsageError(
            f"this data point is not valid: {error}",
            hint="bool is 0 or 1, raw is hexadecimal; value, enum and bitmap are numbers",
        ) from None


def _speed(given: _Given) -> Command:
    if not given.has("speed"):
        return SetSpeed(None)
    return SetSpeed(given.number("speed", least=SLOWEST, most=FASTEST))


_MAKERS: Mapping[str, Callable[[_Given], Command]] = {
    "pause": lambda _given: Pause(),
    "resume": lambda _given: Resume(),
    "step": lambda given: Step(given.number("seconds", least=1e-6, most=_LONGEST_STEP)),
    "speed": _speed,
    "reset": lambda given: Reset(erase=given.flag("erase")),
    "press": lambda given: Press(given.gpio()),
    "release": lambda given: Release(given.gpio()),
    "drive": lambda given: Drive(given.gpio(), given.level()),
    "type": _type,
    "point": _point,
}
