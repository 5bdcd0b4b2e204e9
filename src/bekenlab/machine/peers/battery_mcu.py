"""A simulated second controller of a battery device, which speaks the other protocol.

It answers with its product, acknowledges each network state, and reports its data points once the
module says that it has reached the cloud. What was set while it slept it asks the module for
afterwards (its cache). Source: Tuya, "Serial Port Protocol (Low Power)",
https://developer.tuya.com/en/docs/iot/tuyacloudlowpoweruniversalserialaccessprotocol.
"""

from __future__ import annotations

import json

from bekenlab.machine.peers.tuya_mcu import MOST_FRAMES
from bekenlab.mcu.frames import (
    LONGEST,
    BatteryCommand,
    DataPoint,
    Frame,
    split_frames,
    split_points,
)

_IN_THE_CLOUD = b"\x04"
_CACHED = b"\x01"
_MOST_ASKED = 255


class BatteryMcu:
    """A controller with a battery. It never cuts the module's power, as a real one does.

    Args:
        product: Product id.
        points: Data points to report.
        asks: Numbers of the data points that can be set, to ask the module for.
        version: Firmware version to report.

    Attributes:
        acknowledged: Number of reports that the module has acknowledged.
        frames: Frames from the module, in order; the first ``MOST_FRAMES``.
        points: Data points by number, as last reported or set.
        was_set: Data points that the module had kept for it, in order; the first ``MOST_FRAMES``.
    """

    def __init__(
        self,
        product: str,
        *,
        points: tuple[DataPoint, ...] = (),
        asks: tuple[int, ...] = (),
        version: str = "1.0.0",
    ) -> None:
        self.acknowledged = 0
        self.frames: list[Frame] = []
        self.points = {point.number: point for point in points}
        self.was_set: list[DataPoint] = []
        self._product = {"p": product, "v": version}
        self._asks = asks[:_MOST_ASKED]
        self._rest = b""

    def receive(self, data: bytes) -> bytes:
        """Receive bytes from the module; return the answers."""
        frames, self._rest = split_frames(self._rest + data)
        self._rest = self._rest[-LONGEST:]
        self.frames += frames[: max(0, MOST_FRAMES - len(self.frames))]
        return b"".join(answer.encode() for frame in frames for answer in self._answers(frame))

    def report(self, point: DataPoint) -> bytes:
        """Change a data point, as if its sensor had; return what it sends."""
        self.points[point.number] = point
        return Frame(0, BatteryCommand.REPORT, point.encode()).encode()

    def _answers(self, frame: Frame) -> list[Frame]:
        if frame.command == BatteryCommand.PRODUCT:
            text = json.dumps(self._product, separators=(",", ":"))
            return [Frame(0, BatteryCommand.PRODUCT, text.encode())]
        if frame.command == BatteryCommand.NETWORK:
            return [Frame(0, BatteryCommand.NETWORK, b""), *self._reports(frame.payload)]
        if frame.command == BatteryCommand.REPORT:
            self.acknowledged += 1
        if frame.command == BatteryCommand.CACHE and frame.payload[:1] == _CACHED:
            self._take(split_points(frame.payload[2:]))
        return []

    def _reports(self, state: bytes) -> list[Frame]:
        if state != _IN_THE_CLOUD:
            return []
        told = [Frame(0, BatteryCommand.REPORT, each.encode()) for each in self.points.values()]
        asked = Frame(0, BatteryCommand.CACHE, bytes((len(self._asks), *self._asks)))
        return [*told, *([asked] if self._asks else [])]

    def _take(self, points: list[DataPoint]) -> None:
        """What the module had kept; its first byte says that it is so, the second how many."""
        self.was_set += points[: max(0, MOST_FRAMES - len(self.was_set))]
        self.points.update({point.number: point for point in points})
