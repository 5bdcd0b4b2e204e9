"""What a pad does, in a few words, whoever says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.subject import read_subject
from bekenlab.chips import Pad
from bekenlab.pins import Evidence, Meter, Pin, PinMap, Source
from bekenlab.report.pictures import Use, uses_of, uses_of_subject
from bekenlab.report.pictures.svg import ELLIPSIS, fitting, text_width
from bekenlab.report.pictures.theme import kinds
from bekenlab.report.pictures.uses import LONGEST, pad_facts, shorten
from bekenlab.samples import build_sample
from bekenlab.web.texts import texts

if TYPE_CHECKING:
    from pathlib import Path

SAID = (Evidence(Source.STORAGE, "some_pin"),)


def pin(role: str, label: str, channel: int = 0) -> Pin:
    return Pin(8, role, channel, None, label, SAID)


@pytest.mark.parametrize(
    ("role", "label", "kind", "text"),
    [
        ("Rel", "Relay 3", "relay", "Relay 3"),
        ("BridgeFWD", "Latching relay 1, on coil", "relay", "Latch 1, on c\u2026"),
        ("Btn", "Button 1", "button", "Button 1"),
        ("Btn_Tgl_All", "Button for all relays, also pairing", "button", "Button, all"),
        ("TglChanOnTgl", "Wall switch input 2", "button", "Switch 2"),
        ("WifiLED", "Wi-Fi LED", "led", "Wi-Fi LED"),
        ("LED", "LED of relay 1", "led", "LED relay 1"),
        ("PWM", "Cool white", "light", "Cool white"),
        ("SM2135DAT", "SM2135 data", "light", "SM2135 data"),
        ("BL0937CF1", "Power meter, voltage and current pulses (CF1)", "meter", "Meter CF1"),
        ("BL0937CF", "Power meter, power pulses (CF)", "meter", "Meter CF"),
        ("dInput", "Door or gate contact", "sensor", "Door or gate\u2026"),
        ("BAT_ADC", "Battery voltage", "sensor", "Battery volta\u2026"),
        ("BAT_Relay", "Battery divider switch", "relay", "Battery sw."),
        ("None", "Serial line to the power meter", "meter", "To meter"),
        ("None", "Serial line TX (serial control)", "serial", "Serial line TX"),
        ("None", "LED driver clock", "light", "LED clock"),
        ("None", "Buzzer", "other", "Buzzer"),
        ("IRRecv", "Infrared receiver", "other", "IR receiver"),
    ],
)
def test_kinds_and_words(role: str, label: str, kind: str, text: str) -> None:
    [use] = uses_of(PinMap(pins=(pin(role, label, 3),)))[8]
    assert (use.kind, use.text) == (kind, text)
    assert len(use.text) <= LONGEST
    assert use.kind in kinds()
    assert label in use.detail


def test_a_template_tells_its_pins(tmp_path: Path) -> None:
    pins = '{"26": "Rel;1", "8": "WifiLED_n;0", "6": "IRRecv;2", "7": "Nonsense;1"}'
    (tmp_path / "t.json").write_text(f'{{"chip": "BK7231N", "pins": {pins}}}')
    assert uses_of_subject(read_subject(tmp_path / "t.json")) == {
        26: (Use("relay", "Relay 1", "Rel;1"),),
        8: (Use("led", "WifiLED_n 0", "WifiLED_n;0"),),
        6: (Use("other", "IRRecv 2", "IRRecv;2"),),
    }


def test_a_dump_tells_its_pins(tmp_path: Path) -> None:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    uses = uses_of_subject(read_subject(tmp_path / "plug.bin"))
    assert sorted(uses) == [6, 7, 8, 10, 24, 26]


@pytest.mark.parametrize(("uart", "gpios"), [(1, {10, 11}), (2, {0, 1})])
def test_a_meter_on_a_serial_port_takes_its_lines(uart: int, gpios: set[int]) -> None:
    uses = uses_of(PinMap(meter=Meter("BL0942", uart=uart)))
    assert set(uses) == gpios
    assert {use.text for jobs in uses.values() for use in jobs} == {"BL0942"}
    assert uses_of(PinMap(meter=Meter("BL0937"))) == {}


def test_a_pad_with_a_word_of_its_own_keeps_it() -> None:
    facts = pad_facts(Pad("9", None, ("CODE",), 36), {})
    assert (facts.kind, facts.head) == ("none", "not known")
    assert pad_facts(Pad("1", None, ("5V",), None), {}).head == "5V"


def test_long_texts_are_cut() -> None:
    assert shorten("x" * 40) == "x" * (LONGEST - 1) + "\u2026"
    assert fitting("short", 100, 10) == "short"
    cut = fitting("a partition with a very long name", 100, 10)
    assert cut.endswith("\u2026")
    assert text_width([(cut, "strong")], 10) <= 100


@pytest.mark.parametrize("label", ["LED supply enable", "LED driver clock", "LED driver data"])
def test_labels_of_lamps_are_not_cut_off_in_german(label: str) -> None:
    said = shorten(label, texts("de").label)
    assert said.startswith("LED-")
    assert ELLIPSIS not in said
