"""Files of every kind that can be opened, and how a script drops them."""

import json
from typing import Any

import httpx

from analyses import OEM_CFG, STORAGE, study
from bekenlab.openbeken.config import new_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.report.json_report import to_json
from bekenlab.samples import build_sample
from boot_logs import boot

TEMPLATE = {"chip": "BK7231N", "board": "CB2S", "pins": {"26": "Rel;1", "8": "Buzzer;1"}}
WORDS = b"Device configuration, as extracted from Tuya:\n- Relay (channel 1) on P26\n- BK7231N\n"
SECTOR = new_config(chip="BK7231N", unique=bytes(4), pins=[PinSetting(26, "Rel", 1)]).encode()
TWO = b"first: {rl1_pin:26,module:CB2S}\nsecond: {rl1_pin:8,bt1_pin:9,module:CB3S}\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(3000)


def without_storage() -> bytes:
    data = bytearray(build_sample())
    data[OEM_CFG : OEM_CFG + 0x1000] = b"\xff" * 0x1000
    data[STORAGE:] = b"\xff" * (len(data) - STORAGE)
    return bytes(data)


def drop(script: httpx.Client, name: str, content: bytes, query: str = "") -> dict[str, Any]:
    answer = script.post(f"/api/dumps?name={name}{query}", content=content)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


KINDS: dict[str, bytes] = {
    "log": boot("key_list").encode(),
    "template": json.dumps(TEMPLATE).encode(),
    "config": SECTOR,
    "text": WORDS,
    "report": json.dumps(to_json(study(build_sample()))).encode(),
    "dump": build_sample(),
}
