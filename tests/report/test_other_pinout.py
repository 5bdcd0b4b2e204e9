"""Pinouts and wiring of modules with other chips than Beken's."""

import io

import pytest
from rich.console import Console

from bekenlab.chips import Module, find_module, find_other_chip, other_modules
from bekenlab.errors import UnsupportedError
from bekenlab.jobs.pinout import board_names, find_board
from bekenlab.pins import Source, pins_from_parameters
from bekenlab.report.pictures import draw_board, uses_of, wiring_of
from bekenlab.report.pictures.uses import uses_of_template
from bekenlab.report.pictures.wiring import wiring_picture
from bekenlab.report.pinout_text import render_pinout


def text_of(name: str) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    pins = pins_from_parameters(
        {"rl1_pin": 14, "bt1_pin": 6}, source=Source.STORAGE, chip="RTL8710B"
    )
    uses = uses_of(pins) if name == "WR3" else {}
    console.print(render_pinout(find_board(name), uses))
    return console.export_text()


@pytest.mark.parametrize("module", other_modules(), ids=lambda module: module.key)
def test_every_module_has_pictures_with_the_names_of_its_pins(module: Module) -> None:
    picture = draw_board(module, {}).text(standalone=True)
    assert all(pad.place in picture for pad in module.pads if pad.gpio is not None)
    assert ">P14<" not in picture
    other = find_other_chip(module.chip)
    assert other is not None
    ends = {wire.adapter: wire for wire in wiring_of(module).wires}
    jobs = {job for pad in module.pads for job in pad.functions}
    if {"FLASH_RX", "FLASH_TX"} <= jobs:
        assert (ends["TX"].signal, ends["RX"].signal) == (other.flashing.rx, other.flashing.tx)
        assert ends["TX"].pad
        assert ends["RX"].pad
        assert other.flashing.rx in wiring_picture(module)
    assert module.name in board_names()


def test_a_pinout_says_how_to_get_into_boot_mode() -> None:
    said = text_of("WR3")
    assert "PA30, pad 12" in said
    assert "Hold PA30" in said
    assert "ltchiptool" in said
    assert "PA6 is not brought out" in said
    assert "PA14" in said
    assert "Boot mode" not in text_of("CB2S")


def test_a_bare_chip_has_no_picture() -> None:
    with pytest.raises(UnsupportedError, match="package of the LN882H") as caught:
        find_board("LN882HK")
    assert "WL2S" in caught.value.hint
    with pytest.raises(UnsupportedError):
        find_board("W600")


def test_uses_of_a_template_are_at_the_pins_it_means() -> None:
    template = {"chip": "RTL8710B", "pins": {"9": "Rel;1", "40": "Rel;2"}}
    assert list(uses_of_template(template)) == [14]
    assert find_module("WR3") is not None
