"""What counts as seen of a second controller's data points, without a chip."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from bekenlab.live.model import PointView
from bekenlab.live.uart1 import point_of
from bekenlab.mcu.schema import Mode, SchemaPoint
from bekenlab.probing.controller_points import PointConfirmed, confirmed
from bekenlab.probing.observations import Observation, Observations, Outcome
from bekenlab.probing.observations_json import observations_json, read_observations
from bekenlab.probing.rules.commands import on_controller

if TYPE_CHECKING:
    from bekenlab.live.commands import ReportPoint
    from bekenlab.live.tuya_device import LocalDevice, Value
    from bekenlab.mcu.frames import DataPoint

SWITCH = SchemaPoint(1, "bool")
LEVEL = SchemaPoint(3, "enum", words=("low", "middle", "high"))
HEAT = SchemaPoint(4, "value", Mode.REPORTED, least=-99, most=99)
TEXT = SchemaPoint(5, "string")
RESET = SchemaPoint(6, "bool", Mode.COMMANDED)
STUCK = SchemaPoint(7, "value", most=0)
POINTS = (SWITCH, LEVEL, HEAT, TEXT, RESET, STUCK)


@dataclass
class Chip:
    """Keeps what its controller was made to report."""

    reports: list[ReportPoint] = field(default_factory=list)

    def points(self) -> tuple[PointView, ...]:
        return (PointView(1, "bool", 1, "module"), PointView(4, "value", -99, "mcu"))

    def do(self, command: ReportPoint) -> None:
        self.reports.append(command)


@dataclass
class Device:
    """Tells some of what its controller has reported."""

    answers: dict[int, object]
    chip: Chip = field(default_factory=Chip)

    def told(self, _seconds: float) -> dict[int, object]:
        number = self.chip.reports[-1].point.number
        return {number: self.answers[number]} if number in self.answers else {}


def seen(answers: dict[int, object]) -> tuple[list[PointConfirmed], Chip]:
    device = Device(answers)
    sent: list[tuple[tuple[int, Value], tuple[DataPoint, ...]]] = [
        ((1, True), (point_of(1, "bool", 1),)),
        ((1, False), ()),
        ((3, "high"), (point_of(3, "enum", 2),)),
        ((9, 1), (point_of(9, "value", 1),)),
    ]
    return list(confirmed(cast("LocalDevice", device), POINTS, sent)), device.chip


def test_all_values_must_arrive_and_another_one_must_be_told() -> None:
    found, chip = seen({1: False, 3: "high", 4: 99})
    assert found == [
        PointConfirmed(1, passed_on=False, reported=True),
        PointConfirmed(3, passed_on=True, reported=True),
        PointConfirmed(4, passed_on=None, reported=True),
        PointConfirmed(5, passed_on=None, reported=None),
        PointConfirmed(6, passed_on=None, reported=None),
        PointConfirmed(7, passed_on=None, reported=None),
    ]
    assert [each.works for each in found] == [False, True, True, None, None, None]
    assert [each.point.data for each in chip.reports] == [b"\0", b"\2", b"\0\0\0\x63"]


def test_another_value_is_not_what_was_reported() -> None:
    found, _ = seen({1: 0, 3: "low", 4: 98})
    assert [each.reported for each in found[:3]] == [False, False, False]


def test_it_is_kept_with_the_observations() -> None:
    told = Observation(
        "local-control", None, Outcome.DONE, 1.0, controller=((1, True, None), (4, None, False))
    )
    kept = Observations("BK7231N", (told,))
    import json

    assert read_observations(json.dumps(observations_json(kept)).encode()) == kept
    assert on_controller(kept) == {1: (True, None), 4: (None, False)}
