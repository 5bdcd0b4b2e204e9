"""A simulated second controller of a battery device, which speaks the other protocol.

It answers with its product, acknowledges each network state, and reports its data points once the
module says that it has reached the cloud. Source: Tuya, "Serial Port Protocol (Low Power)",
https://developer.tuya.com/en/docs/iot/tuyacloudlowpoweruniversalserialaccessprotocol.
"""

from __future__ import annotations

import json

from bekenlab.mcu.frames import LONGEST, BatteryCommand, DataPoint, Frame, split_frames

_IN_THE_CLOUD = b"\x04"


class BatteryMcu:
    """A controller with a battery. It never cuts the module's power, as a real one does.

    Args:
        product: Product id.
        points: Data points to report.
        version: Firmware version to report.

    Attributes:
        acknowledged: Number of reports that the module has acknowledged.
    """

    def __init__(
        self, product: str, *, points: tuple[DataPoint, ...] = (), version: str = "1.0.0"
    ) -> None:
        self.acknowledged = 0
        self._product = {"p": product, "v": version}
        self._points = points
        self._rest = b""

    def receive(self, data: bytes) -> bytes:
        """Receive bytes from the module; return the answers."""
        frames, self._rest = split_frames(self._rest + data)
        self._rest = self._rest[-LONGEST:]
        return b"".join(answer.encode() for frame in frames for answer in self._answers(frame))

    def _answers(self, frame: Frame) -> list[Frame]:
        if frame.command == BatteryCommand.PRODUCT:
            text = json.dumps(self._product, separators=(",", ":"))
            return [Frame(0, BatteryCommand.PRODUCT, text.encode())]
        if frame.command == BatteryCommand.NETWORK:
            return [Frame(0, BatteryCommand.NETWORK, b""), *self._reports(frame.payload)]
        if frame.command == BatteryCommand.REPORT:
            self.acknowledged += 1
        return []

    def _reports(self, state: bytes) -> list[Frame]:
        points = self._points if state == _IN_THE_CLOUD else ()
        return [Frame(0, BatteryCommand.REPORT, point.encode()) for point in points]
