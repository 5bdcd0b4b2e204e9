"""Local control: frames, and a genuine lamp that changes its colour when it is told."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from air_devices import connected, firmware
from bekenlab.errors import CorruptInputError
from bekenlab.machine.air import Network
from bekenlab.secret import Secret
from bekenlab.tuya.local_control import (
    ANNOUNCED,
    ANNOUNCEMENT_KEY,
    PORT,
    LocalFrame,
    content_of,
    control,
    decode,
)
from bekenlab.tuya.storage.edit import open_storages

if TYPE_CHECKING:
    from air_devices import AirDevice

A60 = "dumps/bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz"
KEY = b"0123456789abcdef"


def test_a_control_frame_is_what_an_app_sends() -> None:
    frame, rest = decode(control(Secret(KEY), "device", {"1": True}, 7).encode() + b"more")
    assert (frame.serial, frame.command, rest) == (7, 7, b"more")
    assert frame.content[:15] == b"3.3" + bytes(12)
    assert content_of(frame, KEY)["dps"] == {"1": True}
    with pytest.raises(CorruptInputError):
        content_of(frame, KEY[::-1])


@given(st.binary(max_size=80), st.integers(0, 79))
def test_any_bytes_are_a_frame_or_an_error(data: bytes, place: int) -> None:
    whole = bytearray(LocalFrame(1, 8, data).encode())
    assert decode(bytes(whole))[0].content == data
    whole[place % len(whole)] ^= 1
    for damaged in (bytes(whole), data):
        with pytest.raises(CorruptInputError):
            decode(damaged)
    with contextlib.suppress(CorruptInputError):
        content_of(LocalFrame(1, 8, data), KEY)


def _local_key() -> Secret:
    for editor in open_storages(bytearray(firmware(A60))):
        for value in editor.values:
            if value.name == "gw_ai" and value.ok:
                return Secret(json.loads(value.value.rstrip(b"\0"))["lckey"].encode())
    raise AssertionError("no local key")


def _lit(device: AirDevice) -> set[int]:
    rows = device.chip.gpio()
    return {row.gpio for row in rows if row.pwm and row.pwm[1] > 0.5}


def test_a_genuine_lamp_is_told_red_green_and_blue() -> None:
    """The strongest witness for what a pin does."""
    device = connected(A60, Network(b"bekenlab", b"virtual air"), chip="BK7231T")
    heard: list[bytes] = []
    host = device.network.host
    host.on_udp(ANNOUNCED, lambda _, told: heard.append(told.payload))
    assert device.runner.run_until(lambda: bool(heard), 20)
    announced = content_of(decode(heard[0])[0], ANNOUNCEMENT_KEY)
    assert announced["version"] == "3.3"
    connection = host.connect(device.network.chip_ip or b"", PORT)
    key, seen = _local_key(), []
    for serial, hue in enumerate(("0000", "0078", "00f0")):
        points = {"20": True, "21": "colour", "24": f"{hue}03e803e8"}
        connection.send(control(key, announced["gwId"], points, serial + 1).encode())
        host.touch()
        device.runner.run(2.5)
        seen.append(_lit(device))
    assert seen == [{26}, {24}, {6}]
    device.chip.close()
