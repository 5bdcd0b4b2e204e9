"""A simulated TuyaMCU: answers the Wi-Fi module and records the data points it sees."""

from __future__ import annotations

import json
from enum import StrEnum

from bekenlab.mcu.frames import LONGEST, Command, DataPoint, Frame, split_frames, split_points

_MCU_VERSION = 3
_PATIENCE = 4
_ACKNOWLEDGED = frozenset(
    {
        Command.MODE,
        Command.WIFI_STATE,
        Command.WIFI_RESET,
        Command.WIFI_MODE,
        Command.WIFI_TEST,
    }
)


MOST_FRAMES = 5000
"""Frames and data points of a module that are kept; a device sends a few a second."""


class ProductForm(StrEnum):
    """Form of the product answer: newer firmwares expect the bare id, older ones JSON."""

    JSON = "json"
    RAW = "raw"


class TuyaMcu:
    """An MCU that answers the module but has no function of its own.

    Args:
        product: Product id, 16 characters.
        version: Firmware version to report.
        form: Initial form of the product answer; the other one is tried if the module keeps asking
            (all firmware seen expects JSON).
        points: Data points to report when asked for the state.

    Attributes:
        frames: Frames from the module, in order; the first ``MOST_FRAMES``.
        points: Data points by number, as last reported or set.
        was_set: Data points set by the module, in order; the first ``MOST_FRAMES``.
        seen: Number of frames from the module, kept or not.
    """

    def __init__(
        self,
        product: str,
        *,
        version: str = "1.0.0",
        form: ProductForm = ProductForm.JSON,
        points: tuple[DataPoint, ...] = (),
    ) -> None:
        self.frames: list[Frame] = []
        self.points = {point.number: point for point in points}
        self.was_set: list[DataPoint] = []
        self.seen = 0
        self._product = product
        self._version = version
        self._form = form
        self._rest = b""
        self._greeted = False
        self._asked = 0

    def receive(self, data: bytes) -> bytes:
        """Receive bytes from the module; return the answers."""
        frames, self._rest = split_frames(self._rest + data)
        self._rest = self._rest[-LONGEST:]
        self.seen += len(frames)
        self.frames += frames[: max(0, MOST_FRAMES - len(self.frames))]
        return b"".join(answer.encode() for frame in frames for answer in self._answers(frame))

    def _answers(self, frame: Frame) -> list[Frame]:
        if frame.command == Command.HEARTBEAT:
            first, self._greeted = not self._greeted, True
            return [Frame(_MCU_VERSION, Command.HEARTBEAT, bytes((0 if first else 1,)))]
        if frame.command == Command.PRODUCT:
            self._change_form()
            return [Frame(_MCU_VERSION, Command.PRODUCT, self._product_answer())]
        if frame.command in _ACKNOWLEDGED:
            return [Frame(_MCU_VERSION, frame.command, b"")]
        if frame.command == Command.SET:
            return [self._report(point) for point in self._set(frame.payload)]
        if frame.command == Command.QUERY:
            return [self._report(point) for point in self.points.values()]
        return []

    def _change_form(self) -> None:
        """Firmware that keeps asking does not accept the answer: try the other form."""
        self._asked += 1
        if self._asked % _PATIENCE == 0:
            raw = self._form is ProductForm.RAW
            self._form = ProductForm.JSON if raw else ProductForm.RAW

    def _product_answer(self) -> bytes:
        if self._form is ProductForm.RAW:
            return (self._product + self._version).encode()
        answer = {"p": self._product, "v": self._version, "m": 0}
        return json.dumps(answer, separators=(",", ":")).encode()

    def _set(self, payload: bytes) -> list[DataPoint]:
        points = split_points(payload)
        self.was_set += points[: max(0, MOST_FRAMES - len(self.was_set))]
        self.points.update({point.number: point for point in points})
        return points

    def report(self, point: DataPoint) -> bytes:
        """Change a data point, as if a button of the MCU were pressed; return what it sends."""
        self.points[point.number] = point
        return self._report(point).encode()

    @staticmethod
    def _report(point: DataPoint) -> Frame:
        return Frame(_MCU_VERSION, Command.REPORT, point.encode())
