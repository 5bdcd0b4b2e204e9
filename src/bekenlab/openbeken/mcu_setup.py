"""Commands that set up OpenBeken for a second controller (TuyaMCU): driver, channels, links.

What they avoid, by OpenBeken's source (``src/driver/drv_tuyaMCU.c``): a factor (``mult``) on what
can be set, which would be sent back scaled; and anything sent to the controller before its first
report, which is why the query for its state stands last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.data import read_table
from bekenlab.mcu.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bekenlab.mcu.schema import SchemaPoint

STARTUP_BYTES = 1568
"""Room for the startup command in the configuration; what is longer belongs into autoexec.bat."""

_PAIRED = 4
_NEVER_SENT = 1
_FIRST_CHANNEL, _LAST_CHANNEL = 1, 63
_LINK_TYPES = {"value": "val", "bitmap": "5"}
_USUAL_BAUD = 9600
_DIMMER, _NUMBER = "Dimmer", "TextField"
_LONGEST_FRAME = 256
_LONGEST_VALUE = _LONGEST_FRAME - 11  # the frame's own 7 bytes, and 4 before the value
_FOR_PEOPLE = ("setChannelLabel", "SetChannelEnum")


@dataclass(frozen=True, slots=True)
class Linked:
    """A data point on a channel.

    Attributes:
        point: The data point.
        channel: Its first channel.
        type: Type of that channel.
        link: Type of the link.
        also: Types of the channels behind it, which the same link fills.
    """

    point: SchemaPoint
    channel: int
    type: str
    link: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class McuSetup:
    """How OpenBeken is set up.

    Attributes:
        commands: The commands, in an order that works.
        linked: The data points on channels.
        left_out: Sentences about the data points without a channel, one for each reason.
        flags: Flags to set.
        notes: Sentences about what works otherwise than one would expect.
    """

    commands: tuple[str, ...]
    linked: tuple[Linked, ...]
    left_out: tuple[str, ...]
    flags: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the commands fit the startup command of the configuration."""
        return len("\n".join(self.commands).encode()) < STARTUP_BYTES

    def shortened(self) -> McuSetup:
        """The same; without names and words for people if that is what it takes to fit."""
        if self.fits:
            return self
        kept = tuple(line for line in self.commands if not line.startswith(_FOR_PEOPLE))
        return replace(self, commands=kept)


def mcu_setup(
    points: Sequence[SchemaPoint], baud: int | None, *, battery: bool = False, version: int = 3
) -> McuSetup:
    """The set-up for a device's data points.

    Args:
        points: Its data points.
        baud: Speed of the line; None: the usual 9600.
        battery: Whether it speaks the protocol of battery devices.
        version: Version of its frames, which matters with a battery only.
    """
    linked, left_out = _linked(points)
    linked, others = _one_range(linked)
    commands = (
        *_driver(baud or _USUAL_BAUD, battery=battery, version=version),
        *(line for each in linked for line in _channel(each)),
        *_range(linked),
        *(_link(each) for each in linked),
        *(() if battery else ("tuyaMcu_sendQueryState",)),
    )
    return McuSetup(
        commands,
        tuple(linked),
        tuple(left_out),
        frozenset({46} if left_out else ()),
        (*_range_notes(others), *_length_notes(points)),
    )


def _driver(baud: int, *, battery: bool, version: int) -> Iterator[str]:
    yield "startDriver TuyaMCU"
    if battery and version == 0:
        yield "startDriver tmSensor"
    elif battery:
        yield "tuyaMcu_batteryPoweredMode"
    yield f"tuyaMcu_setBaudRate {baud}"
    yield f"tuyaMcu_defWiFiState {_PAIRED}"


def _linked(points: Sequence[SchemaPoint]) -> tuple[list[Linked], list[str]]:
    linked: list[Linked] = []
    left_out: dict[str, list[SchemaPoint]] = {}
    channel = _FIRST_CHANNEL
    for point in points:
        row = _row(point)
        if "type" not in row:
            left_out.setdefault(row["why"], []).append(point)
            continue
        also = tuple(row.get("also", ()))
        if channel + len(also) > _LAST_CHANNEL:
            left_out.setdefault("OpenBeken has no more channels", []).append(point)
            continue
        link = row.get("link") or _LINK_TYPES.get(point.kind, point.kind)
        linked.append(Linked(point, channel, row["type"], link, also))
        channel += 1 + len(also)
    return linked, [f"{_named(points)}: {why}" for why, points in left_out.items()]


def _named(points: Sequence[SchemaPoint]) -> str:
    names = ", ".join(f"{point.id} ({point.code or point.kind})" for point in points)
    return f"data point{'s' if len(points) > 1 else ''} {names}"


def _row(point: SchemaPoint) -> Mapping[str, Any]:
    return next((row for row in _rows() if _fits(row, point)), {"why": "its type is unknown"})


def _fits(row: Mapping[str, Any], point: SchemaPoint) -> bool:
    return (
        row.get("kind", point.kind) == point.kind
        and ("code" not in row or re.fullmatch(row["code"], point.code) is not None)
        and ("mode" not in row or not point.writable)
        and row.get("unit", point.unit) == point.unit
        and row.get("scale", point.scale) == point.scale
        and row.get("most", point.most) == point.most
        and tuple(row.get("words", point.words[: len(row.get("words", ()))]))
        == point.words[: len(row.get("words", ()))]
    )


def _channel(each: Linked) -> Iterator[str]:
    name = name_of(each.point.code, each.point.id)
    for offset, kind in enumerate((each.type, *each.also)):
        number = each.channel + offset
        yield f"setChannelType {number} {kind}"
        label = name if not each.also else f"{name} {kind.partition('_')[0].lower()}"
        yield f'setChannelLabel {number} "{label}{_unit(each.point)}"'
    if each.type in ("Enum", "ReadOnlyEnum") and each.point.words:
        words = " ".join(_word(n, word) for n, word in enumerate(each.point.words))
        yield f"SetChannelEnum {each.channel} {words}"


def _unit(point: SchemaPoint) -> str:
    """What a number that can be set counts, where the channel's type does not say it."""
    if point.kind != "value" or not point.writable:
        return ""
    factor = f"{10**-point.scale:.{point.scale}f} " if point.scale else ""
    unit = "".join(char for char in point.unit if char.isascii() and char.isprintable())
    text = f"{factor}{unit}".strip()
    return f" ({text})" if text else ""


def _word(number: int, word: str) -> str:
    plain = "".join(char for char in word if char.isascii() and (char.isalnum() or char in "_- "))
    return f'"{number}:{plain}"' if " " in plain else f"{number}:{plain or number}"


def _one_range(linked: Sequence[Linked]) -> tuple[list[Linked], list[Linked]]:
    """OpenBeken has one range for all dimmers: those with another one than the first get numbers.

    Returns:
        All of them, and those that were changed.
    """
    dimmers = [each for each in linked if each.type.startswith(_DIMMER)]
    others = [each for each in dimmers if _span(each.point) != _span(dimmers[0].point)]
    return [replace(e, type=_NUMBER) if e in others else e for e in linked], others


def _span(point: SchemaPoint) -> tuple[int, int]:
    return point.least, point.most


def _range(linked: Sequence[Linked]) -> Iterator[str]:
    first = next((each for each in linked if each.type.startswith(_DIMMER)), None)
    if first is not None:
        yield f"tuyaMcu_setDimmerRange {first.point.least} {first.point.most}"


def _range_notes(others: Sequence[Linked]) -> Iterator[str]:
    if others:
        yield (
            f"{_named([each.point for each in others])}: a number instead of a dimmer, since "
            "OpenBeken has one range for all dimmers, and the first one's is another"
        )


def _length_notes(points: Sequence[SchemaPoint]) -> Iterator[str]:
    """OpenBeken 1.18.300 drops a longer frame ("packet too large"), and takes the next one."""
    long = [p for p in points if p.kind in ("string", "raw") and p.length > _LONGEST_VALUE]
    if long:
        yield (
            f"{_named(long)}: OpenBeken drops frames of more than {_LONGEST_FRAME} bytes, so that "
            f"values of more than {_LONGEST_VALUE} bytes never arrive"
        )


def _link(each: Linked) -> str:
    """The link; of what only the device changes, nothing is ever sent back."""
    never_sent = "" if each.point.writable else f" {_NEVER_SENT}"
    return f"linkTuyaMCUOutputToChannel {each.point.id} {each.link} {each.channel}{never_sent}"


@cache
def _rows() -> tuple[Mapping[str, Any], ...]:
    return tuple(read_table("openbeken", "mcu_channels.toml")["row"])
