"""The pinout at a terminal: every pad, in 80 columns."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from analyses import sample
from bekenlab.jobs.pinout import board_names, find_board
from bekenlab.pins import Evidence, Pin, PinMap, Source
from bekenlab.report.pictures import Uses, uses_of, wiring_notes
from bekenlab.report.pinout_text import render_notes, render_pinout


def show(name: str, uses: Uses, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(render_pinout(find_board(name), uses))
    console.print(render_notes())
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", board_names())
def test_every_pad_has_a_line_in_80_columns(name: str) -> None:
    text = show(name, uses_of(sample().pins))
    assert max(map(cell_len, text.splitlines())) <= 80
    for pad in find_board(name).pads:
        assert any(line.split()[:1] == [pad.name] for line in text.splitlines()), pad


def test_what_a_pin_does_and_where_the_wires_go() -> None:
    text = " ".join(show("CB2S", uses_of(sample().pins), 200).split())
    for phrase in (
        "CB2S Wi-Fi Module, chip BK7231N",
        "11 P26 15 Relay 1, active high, Rel;1 [rl1_pin] PWM5",
        "10 21 chip enable: low resets",
        "TX of the adapter RX1, pad 5",
        "RX of the adapter TX1, pad 7",
        "RTS of the adapter CEN, pad 10 (optional)",
        "TX2, pad TTX2: the log",
    ):
        assert phrase in text
    for note in wiring_notes():
        assert note in text


def test_a_chip_has_pins_and_power_somewhere() -> None:
    text = " ".join(show("BK7231N", {}, 200).split())
    assert "TX of the adapter RX1, pin 26" in text
    assert "GND of the adapter GND, anywhere on the board" in text


def test_a_pin_that_the_module_does_not_bring_out_is_named() -> None:
    pins = PinMap(
        pins=(Pin(9, "Btn", 1, None, "Button 1", (Evidence(Source.STORAGE, "bt1_pin"),)),)
    )
    assert "P9 is not brought out: Button 1" in show("CB2S", uses_of(pins))
