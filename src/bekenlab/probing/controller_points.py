"""Whether a device's firmware passes its data points on to its second controller, and back.

The device is a paired copy in a network of ours, with a controller that has the product's data
points. Local control sets a value, which the controller must receive; the controller reports
another one, which local control must tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.live.commands import ReportPoint
from bekenlab.mcu.frames import DpType
from bekenlab.mcu.schema import Mode
from bekenlab.mcu.values import encode, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bekenlab.live.tuya_device import LocalDevice, Value
    from bekenlab.mcu.frames import DataPoint
    from bekenlab.mcu.schema import SchemaPoint

_TOLD_WITHIN = 0.8  # device seconds
_NUMBERS = frozenset({"bool", "value", "enum", "bitmap"})


@dataclass(frozen=True, slots=True)
class PointConfirmed:
    """A data point of a second controller.

    Attributes:
        id: Its number.
        passed_on: Whether the controller received what local control set; None: it was not set.
        reported: Whether local control told what the controller reported; None: it reported
            nothing, as for texts, raw values, and what is only commanded.
    """

    id: int
    passed_on: bool | None
    reported: bool | None

    @property
    def works(self) -> bool | None:
        """Whether it went every way that was tried; None if none was."""
        tried = [each for each in (self.passed_on, self.reported) if each is not None]
        return all(tried) if tried else None


def confirmed(
    device: LocalDevice,
    points: Sequence[SchemaPoint],
    sent: Iterable[tuple[tuple[int, Value], tuple[DataPoint, ...]]],
) -> tuple[PointConfirmed, ...]:
    """What was seen of each data point, both ways.

    Args:
        device: The device; connected.
        points: The data points of its product.
        sent: Data points that were commanded with their value, and what the controller received.
    """
    to_controller = dict(_passed_on(sent, {point.id: point for point in points}))
    from_controller = dict(_reported(device, points))
    return tuple(
        PointConfirmed(point.id, to_controller.get(point.id), from_controller.get(point.id))
        for point in points
    )


def _passed_on(
    sent: Iterable[tuple[tuple[int, Value], tuple[DataPoint, ...]]],
    known: dict[int, SchemaPoint],
) -> Iterator[tuple[int, bool]]:
    """Whether each commanded value has arrived; of several, all."""
    found: dict[int, bool] = {}
    for (number, value), received in sent:
        point = known.get(number)
        arrived = point is not None and any(
            each.number == number and _same(each, point, value) for each in received
        )
        found[number] = found.get(number, True) and arrived
    yield from found.items()


def _reported(device: LocalDevice, points: Sequence[SchemaPoint]) -> Iterator[tuple[int, bool]]:
    """Let the controller report another value of each, as if somebody used the device itself."""
    now = {each.number: each.value for each in device.chip.points()}
    for point in points:
        if point.kind not in _NUMBERS or point.mode is Mode.COMMANDED:
            continue
        other = _another(point, now.get(point.id))
        if other is None:
            continue
        report = encode(point.id, point.kind, other)
        device.chip.do(ReportPoint(report))
        told = device.told(_TOLD_WITHIN)
        yield point.id, point.id in told and _same(report, point, told[point.id])


def _another(point: SchemaPoint, now: object) -> int | None:
    """A value that it may have and does not have now."""
    most = {"enum": len(point.words) - 1, "value": point.most}.get(point.kind, 1)
    least = point.least if point.kind == "value" else 0
    return next((value for value in (most, least) if most > least and value != now), None)


def _same(sent: DataPoint, point: SchemaPoint, value: object) -> bool:
    """Whether bytes on the line and a value of local control, where enums are words, are equal."""
    raw = value_of(sent).raw
    if sent.kind == DpType.ENUM:
        return isinstance(raw, int) and raw < len(point.words) and point.words[raw] == value
    if sent.kind == DpType.BOOL:
        return bool(raw) is value
    return raw == value
