"""What firmware sends by toggling two pins, and what an LED driver makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.live.drivers import DriverChip, driver_rows
from bekenlab.live.two_wire import TwoWire

CLOCK, DATA = 8, 26


def _send(wire: TwoWire, message: bytes, *, stop: bool = True) -> None:
    wire.changed(DATA, 1)
    wire.changed(CLOCK, 1)
    wire.changed(DATA, 0)
    wire.changed(CLOCK, 0)
    for byte in message:
        for bit in f"{byte:08b}1":
            wire.changed(DATA, int(bit))
            wire.changed(CLOCK, 1)
            wire.changed(CLOCK, 0)
    if stop:
        wire.changed(DATA, 0)
        wire.changed(CLOCK, 1)
        wire.changed(DATA, 1)


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=4), st.booleans())
def test_messages_come_back_as_they_were_sent(messages: list[bytes], stop: bool) -> None:
    heard: list[bytes] = []
    wire = TwoWire(CLOCK, DATA, heard.append)
    for message in messages:
        _send(wire, message, stop=stop)
    assert heard == (messages if stop else messages[:-1])


@given(st.lists(st.tuples(st.sampled_from([CLOCK, DATA, 5]), st.integers(0, 1)), max_size=3000))
def test_any_edges_are_taken(edges: list[tuple[int, int]]) -> None:
    heard: list[bytes] = []
    wire = TwoWire(CLOCK, DATA, heard.append)
    for edge in edges:
        wire.changed(*edge)
    assert all(heard)


@pytest.mark.parametrize(
    ("name", "message", "order", "shares"),
    [
        ("SM2135", "c0 22 00 00 80 ff 00 00", "bgrwc", {"r": 1.0, "g": 128 / 255}),
        ("SM2135", "c0 28 80 11 22 33 00 ff", "bgrwc", {"c": 1.0}),  # whites only, as Tuya sends
        ("BP5758D", "96 1f 1f 00 00 1e 06 00 00 00 00", "rgbwc", {"r": 1.0, "b": 222 / 1023}),
        ("BP5758D", "80", "rgbwc", {}),
        ("BP1658CJ", "b0 23 00 00 1f 1f 00 00 00 00 00 00", "grbwc", {"r": 1.0}),
        ("BP1658CJ", "80 23 1f 1f 1f 1f 1f 1f 1f 1f 1f 1f", "grbwc", {}),
        ("SM2235", "d8 12 00 00 00 00 00 00 00 00 01 f6", "grbwc", {"c": 502 / 1023}),
        ("SM2235", "c0 12 03 ff 03 ff 03 ff 03 ff 03 ff", "grbwc", {}),
        (
            "KP18058",
            "e1 00 1d fc 3f 3f 00 00 00 00 0c 3c 00 00",
            "brgcw",
            {"b": 1, "c": 222 / 1023},
        ),
    ],
)
def test_a_driver_takes_what_firmware_was_seen_to_send(
    name: str, message: str, order: str, shares: dict[str, float]
) -> None:
    (row,) = [row for row in driver_rows() if row.name == name]
    chip = DriverChip(row)
    chip.take(bytes.fromhex(message))
    lit = {colour: level for colour, level in chip.shares(order).items() if level}
    assert lit == pytest.approx(shares)


@given(st.sampled_from(driver_rows()), st.lists(st.binary(min_size=1, max_size=60), max_size=5))
def test_a_driver_takes_any_message(row: object, messages: list[bytes]) -> None:
    chip = DriverChip(row)  # type: ignore[arg-type]
    for message in messages:
        chip.take(message)
    assert all(0 <= level <= 1 for level in chip.shares("rgbcw").values())
