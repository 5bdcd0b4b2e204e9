"""What is known of a second controller, from a dump, a capture and a product; as JSON and text."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from rich.console import Console

from bekenlab.errors import NotFoundError, NotReachedError
from bekenlab.jobs import mcu
from bekenlab.mcu.capture import read_capture
from bekenlab.mcu.frames import DataPoint, Frame, Protocol, split_frames, split_points
from bekenlab.mcu.products import find_product, product_ids
from bekenlab.probing.controller_points import PointConfirmed
from bekenlab.report.mcu_json import controller_json, decode_json
from bekenlab.report.mcu_text import render_capture
from shared import shared

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.jobs.mcu import Controller
    from bekenlab.link.transport import Transport
    from bekenlab.machine.wire import WireDevice

DIMMER = "zcn1sye3spbycifv"
SENSOR = "dumps/bk7231n-tuya-temphum-lcd-sensor-tuyamcu-2025-26-9.bin.xz"
SIREN = "dumps/bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17.bin.xz"
REPORT = "55AA0307000802020004000000647D"


def text(capture: Any, meaning: Any) -> str:
    out = io.StringIO()
    Console(file=out, width=100).print(render_capture(capture, meaning))
    return out.getvalue()


def test_a_capture_with_words_for_its_values() -> None:
    found = read_capture(f"00 11\n{REPORT}\nid 9 type 2-val len 4\nint32 401\n".encode())
    meaning = mcu.meaning_of_capture(found, DIMMER)
    told = decode_json(found, meaning)
    assert told["frames"][0]["name"] == "report data point"
    assert told["frames"][0]["points"][0]["code"] == meaning.points[1].code
    assert (told["protocol"], told["version"]) == ("mains", 3)
    answer = Frame(3, 1, b'{"p":"ztoh9ka787lzjkpy","v":"1.0.0"}').encode()
    siren = read_capture(answer.hex().encode())
    assert "ztoh9ka787lzjkpy, Siren (A03)" in text(siren, mcu.meaning_of_capture(siren))
    shown = text(found, meaning)
    assert "2 Bright value 1: 100" in shown
    assert "9 Data point 9: 401" in shown
    assert "that of mains-powered devices" in shown
    assert "not in the table" in text(found, mcu.meaning_of_capture(found))


def test_a_dump_with_its_own_schema() -> None:
    found = mcu.controller(shared(SIREN))
    told = controller_json(found)
    assert (told["source"], told["product"], told["baud"]) == (
        "storage",
        "ztoh9ka787lzjkpy",
        9600,
    )
    assert told["product_name"] == "Siren (A03)"
    assert found.protocol is Protocol.MAINS


def test_a_battery_device_by_its_firmware() -> None:
    found = mcu.controller(shared(SENSOR))
    assert (found.protocol, found.version) == (Protocol.BATTERY, 0)
    wire = mcu.simulated(found, 9600)
    wire.feed(bytes.fromhex("55AA000200010406"), 9600)
    answer = b"".join(sent.data for sent in wire.advance(1.0))
    reports = [frame for frame in split_frames(answer)[0] if frame.command == 5]
    assert len(reports) == len(found.meaning.points)


def test_a_capture_of_an_unknown_product(tmp_path: Path) -> None:
    file = tmp_path / "capture.txt"
    file.write_text(f"{REPORT}\n55AA000600050101000101" + "0E")
    found = mcu.controller(file)
    modes = {point.id: point.writable for point in found.meaning.points}
    assert modes == {2: False, 1: True}
    assert (found.source, found.version) == ("capture", 3)


def test_a_product_rests_within_its_ranges() -> None:
    found = mcu.product(DIMMER)
    assert mcu.is_product(DIMMER)
    assert not mcu.is_product("a/b")
    with pytest.raises(NotFoundError):
        mcu.product("nosuchproduct00")
    wire = mcu.simulated(found, 9600)
    wire.feed(bytes.fromhex("55AA00080000" + "07"), 9600)
    answer = b"".join(sent.data for sent in wire.advance(1.0))
    points = [point for frame in split_frames(answer)[0] for point in split_points(frame.payload)]
    assert within(found, points)


def test_texts_and_raw_values_are_reported_and_can_be_set() -> None:
    lamp = next(
        name
        for name in product_ids()
        if {"colour_data", "power_memory"} <= {each.code for each in find_product(name)}
    )
    found = mcu.product(lamp)
    ids = {each.code: each.id for each in found.meaning.points}
    wire = mcu.simulated(found, 9600)
    state = asked(wire)
    assert state.keys() == {each.id for each in found.meaning.points}
    assert state[ids["colour_data"]] == b"000003e803e8"
    assert state[ids["power_memory"]] == b""
    for name, kind, data in (("colour_data", 3, b"007803e803e8"), ("power_memory", 0, b"\1\2")):
        point = DataPoint(ids[name], kind, data)
        wire.feed(Frame(0, 6, point.encode()).encode(), 9600)
        assert said(wire) == Frame(3, 7, point.encode()).encode()
        assert asked(wire)[ids[name]] == data


def asked(wire: WireDevice) -> dict[int, bytes]:
    """The state that a controller tells when it is asked."""
    wire.feed(Frame(0, 8, b"").encode(), 9600)
    frames = split_frames(said(wire))[0]
    points = [point for frame in frames for point in split_points(frame.payload)]
    return {point.number: point.data for point in points}


def said(wire: WireDevice) -> bytes:
    """What a controller sends within a second."""
    return b"".join(sent.data for sent in wire.advance(wire.now + 1.0))


def test_what_the_dumps_own_firmware_confirms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its run takes half a minute; it is tested in tests/probing."""
    seen = SimpleNamespace(
        controller=(PointConfirmed(5, passed_on=True, reported=False),), problem=""
    )
    monkeypatch.setattr(mcu, "try_in_either_network", lambda _source: seen)
    siren = shared(SIREN)
    found = mcu.with_confirmation(siren, mcu.controller(siren))
    ways = {
        each["id"]: (each["passed_on"], each["reported"])
        for each in controller_json(found)["points"]
    }
    assert ways == {5: (True, False), 7: (None, None), 13: (None, None), 21: (None, None)}
    seen.controller = ()
    with pytest.raises(NotReachedError):
        mcu.with_confirmation(siren, found)


def within(found: Controller, points: list[DataPoint]) -> bool:
    """Whether each number is in the range of its data point."""
    numbers = {each.id: each for each in found.meaning.points if each.kind == "value"}
    assert {point.number for point in points} >= numbers.keys()
    return all(
        numbers[each.number].least <= int.from_bytes(each.data, "big") <= numbers[each.number].most
        for each in points
        if each.number in numbers
    )


class Talker:
    """A port at which a controller reports every tenth of a second."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def read(self, seconds: float) -> bytes:
        self.time += min(seconds, 0.1)
        return bytes.fromhex(REPORT)


def test_a_port_is_listened_to_until_time_is_up_or_the_user_interrupts() -> None:
    heard = mcu.listen(cast("Transport", Talker()), seconds=0.45)
    assert len(read_capture(heard).frames) == 5
    answers = iter([False, False, True])
    heard = mcu.listen(cast("Transport", Talker()), seconds=None, interrupted=lambda: next(answers))
    assert len(read_capture(heard).frames) == 2
