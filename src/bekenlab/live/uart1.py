"""The peer on UART1: a simulated MCU that also logs the traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.live.model import PointView
from bekenlab.machine.peers.controllers import controller_with
from bekenlab.mcu.frames import DataPoint, DpType, Protocol, describe_frame, split_frames
from bekenlab.mcu.values import value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bekenlab.mcu.schema import SchemaPoint

_NUMBERS = frozenset({DpType.BOOL, DpType.VALUE, DpType.ENUM, DpType.BITMAP})
_LONGEST_NUMBER = 4
_IDS = range(1, 256)
_MAGIC = b"\x55"


class Uart1Peer:
    """A TuyaMCU that answers frames. Logs text as text and frames in decoded form.

    Args:
        product: Product id it reports.
        heard: Called with ``"uart1"`` and text, or ``"mcu"`` and a decoded frame.
        points: Its data points, as far as they are known; it begins with all of them at rest.
        battery: Whether it speaks the protocol of battery devices.
    """

    def __init__(
        self,
        product: str,
        heard: Callable[[str, str], None],
        points: Sequence[SchemaPoint] = (),
        *,
        battery: bool = False,
    ) -> None:
        self._mcu = controller_with(product, points, battery=battery)
        self._protocol = Protocol.BATTERY if battery else None
        self._heard = heard
        self._rest = b""
        self._known = {point.id: point for point in points}
        self._by: dict[int, str] = dict.fromkeys(self._known, "mcu")

    def receive(self, data: bytes) -> bytes:
        """Handle bytes from the module; return the MCU's answers."""
        begins_frame = self._rest or data[:1] == _MAGIC
        frames, self._rest = split_frames(self._rest + data)
        if not frames and not begins_frame:
            self._heard("uart1", data.decode("utf-8", "replace"))
        for frame in frames:
            self._heard("mcu", f"-> {describe_frame(frame, self._protocol)}\n")
        answers = self._mcu.receive(data)
        self._note_module()
        for frame in split_frames(answers)[0]:
            self._heard("mcu", f"<- {describe_frame(frame, self._protocol)}\n")
        return answers

    def report(self, point: DataPoint) -> bytes:
        """Report a changed data point; returns the frame."""
        data = self._mcu.report(point)
        self._by[point.number] = "mcu"
        self._heard("mcu", f"<- {describe_frame(split_frames(data)[0][0], self._protocol)}\n")
        return data

    def points(self) -> tuple[PointView, ...]:
        """All known data points, by number."""
        known = sorted(self._mcu.points.items())
        return tuple(
            _view(point, self._by.get(number, "module"), self._known.get(number))
            for number, point in known
        )

    def _note_module(self) -> None:
        for point in self._mcu.was_set:
            self._by[point.number] = "module"
        # The peer lives as long as the session, so its records must not grow.
        self._mcu.was_set.clear()
        self._mcu.frames.clear()


def _view(point: DataPoint, by: str, schema: SchemaPoint | None) -> PointView:
    known = point.kind in set(DpType)
    kind = DpType(point.kind).name.lower() if known else f"type {point.kind}"
    value: int | str = point.data.hex()
    if point.kind in _NUMBERS and len(point.data) <= _LONGEST_NUMBER:
        value = int.from_bytes(point.data, "big", signed=point.kind == DpType.VALUE)
    elif point.kind == DpType.STRING:
        value = point.data.decode("utf-8", "replace")
    return PointView(point.number, kind, value, by, schema, value_of(point, schema).shown)


def point_of(number: int, kind: str, value: int | str) -> DataPoint:
    """Make a data point from typed input.

    Args:
        number: Its id, 1 to 255.
        kind: Name of a type, in lower case.
        value: A number or text; for ``raw`` bytes in hexadecimal.

    Raises:
        ValueError: The number, kind or value is invalid.
    """
    if number not in _IDS or kind.upper() not in DpType.__members__:
        raise ValueError(f"no data point {number} of type {kind!r}")
    dp_type = DpType[kind.upper()]
    if dp_type is DpType.RAW:
        return DataPoint(number, dp_type, bytes.fromhex(str(value)))
    if dp_type is DpType.STRING:
        return DataPoint(number, dp_type, str(value).encode())
    whole = int(value)
    size = 1 if dp_type in (DpType.BOOL, DpType.ENUM) else _LONGEST_NUMBER
    if dp_type is DpType.BOOL and whole not in (0, 1):
        raise ValueError(f"{whole} is neither 0 nor 1")
    try:
        data = whole.to_bytes(size, "big", signed=dp_type is DpType.VALUE)
    except OverflowError:
        raise ValueError(f"{whole} does not fit a {kind}") from None
    return DataPoint(number, dp_type, data)
