"""Targets of second controllers: captures in any form, and schemas with their set-ups."""

from __future__ import annotations

import json

from bekenlab.esphome import build_firmware
from bekenlab.jobs.mcu import meaning_of_capture
from bekenlab.mcu.capture import read_capture
from bekenlab.mcu.schema import read_schema
from bekenlab.openbeken.mcu_setup import mcu_setup
from bekenlab.pins import PinMap
from bekenlab.report.mcu_json import decode_json
from fuzz.model import Target

_REPORT = b"55 AA 03 07 00 08 02 02 00 04 00 00 00 64 7D"
_CAPTURES = (
    _REPORT,
    bytes.fromhex(_REPORT.decode()),
    b"Info:TuyaMCU:received " + _REPORT + b"\nSending 55AA00000000FF\n",
    b"55AA0008000C00020202020202010100010123\n55AA00050005030400010213",
    b"ParseState: id 125 type 2-val len 4\nParseState: int32 401\n",
    b'\x55\xaa\x03\x01\x00\x1a{"p":"zcn1sye3spbycifv"}',
)
_SCHEMA = json.dumps(
    [
        {"id": 1, "mode": "rw", "type": "obj", "property": {"type": "bool"}},
        {
            "id": 2,
            "mode": "ro",
            "type": "obj",
            "property": {"type": "value", "min": -9, "max": 99, "scale": 1, "step": 1},
        },
        {"id": 3, "mode": "rw", "type": "obj", "property": {"type": "enum", "range": ["a", "b"]}},
        {"id": 4, "mode": "rw", "type": "raw"},
    ]
).encode()


def _capture(data: bytes) -> None:
    found = read_capture(data)
    json.dumps(decode_json(found, meaning_of_capture(found)))


def _schema(data: bytes) -> None:
    points = read_schema(data)
    mcu_setup(points, None)
    build_firmware(PinMap(mcu_baud=9600), chip="BK7231N", data_points=points[:20])


MCU_TARGETS = (
    Target("mcu-capture", _capture, lambda: list(_CAPTURES), tokens=(b"\x55\xaa", b"55 AA ", b"0x"),
           limit=1 << 16),
    Target("mcu-schema", _schema, lambda: [_SCHEMA],
           tokens=(b'"range":[', b'"scale":', b'"unit":"'), weight=0.2, floor=0.6),
)  # fmt: skip
