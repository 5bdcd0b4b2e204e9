"""Dumps of other chips than Beken's, built from the marks of the sources."""

from dataclasses import replace
from pathlib import Path

import pytest

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.earlier_report import read_report
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.log_pins import pins_from_log
from bekenlab.analysis.model import Analysis
from bekenlab.analysis.other_chips import other_clues
from bekenlab.chips import find_other_chip
from bekenlab.image import read_image
from bekenlab.report.json_report import to_json
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.firmware import FirmwareKind
from bekenlab.tuya.parameters.parser import parse_parameters
from other_flash import MARKS, PARAMETERS, flash_of


def analysed(data: bytes) -> Analysis:
    return analyze(InputFile("x.bin", Path("x.bin"), data), boot=BootMode.NEVER)


def codes(analysis: Analysis) -> list[str]:
    return [notice.code for notice in analysis.notices]


@pytest.mark.parametrize("chip", MARKS)
def test_a_chip_is_recognised_by_what_lies_in_its_flash(chip: str) -> None:
    found = analysed(flash_of(chip))
    assert found.problem is None
    assert found.chip.name == chip
    assert found.chip.evidence
    assert found.firmware.kind is FirmwareKind.TUYA
    assert codes(found)[0] == "other-chip"
    assert not {"no-boot-loader", "no-app", "partial-dump", "truncated-dump"} & set(codes(found))
    known = find_other_chip(chip)
    assert known is not None
    assert {pin.gpio: pin.place for pin in found.pins.pins} == {
        gpio: pin.name if (pin := known.pin(gpio)) else f"P{gpio}" for gpio in (5, 12, 14)
    }
    numbers = {str(pin.openbeken): pin.gpio for pin in known.pins if pin.gpio in (5, 12, 14)}
    assert found.template["chip"] == chip
    assert set(found.template["pins"]) == set(numbers)
    assert ("pin-not-on-chip" in codes(found)) == (len(numbers) < 3)


@pytest.mark.parametrize("base", [base.name for base in storage_facts().bases])
def test_storage_is_read_with_every_key_base_and_anywhere(base: str) -> None:
    for at in (0x10000, 0x123000, 0x1F0800):
        found = analysed(flash_of("LN882H", base_name=base, at=at))
        assert found.tuya.storage is not None
        assert found.tuya.storage.base_name == base
        assert len(found.pins.pins) == 3
        assert found.chip.name == "LN882H"  # its own marks say more than a key


def test_storage_alone_is_said_so() -> None:
    found = analysed(b"\x12" + flash_of("?")[1:])
    assert found.chip.name is None
    assert codes(found) == ["chip-unknown"]
    assert [pin.place for pin in found.pins.pins] == ["P5", "P12", "P14"]


def test_a_file_of_storage_alone_is_still_a_part() -> None:
    assert "partial-dump" in codes(analysed(flash_of("?", at=0x100000)[0x100000:0x107000]))


def test_a_mark_alone_is_not_enough() -> None:
    """Several of Realtek's chips begin alike."""
    pattern = bytes.fromhex("99999696 3fcc66fc c033cc03 e5dc3162").ljust(1 << 20, b"\xaa")
    assert list(other_clues(read_image(pattern), None)) == []


def test_a_wrong_checksum_is_no_mark() -> None:
    flash = bytearray(flash_of("LN882H"))
    flash[1] ^= 1
    flash[0x6001] ^= 1
    assert analysed(bytes(flash)).chip.name is None


def test_a_dump_without_storage_is_recognised_too() -> None:
    flash = flash_of("RTL8710B")
    found = analysed(flash[:0x1EB000] + b"\xff" * 0x15000)
    assert found.problem is None
    assert found.chip.name == "RTL8710B"


def test_a_cut_off_dump_is_read_as_far_as_it_goes() -> None:
    for size in (0, 1, 17, 0x6008, 0x6010, 0x20000):
        found = analysed(flash_of("LN882H")[:size])
        assert found.pins.pins == ()


def test_a_module_tells_the_chip_of_a_text() -> None:
    found = analysed(b"{module:WR3," + PARAMETERS[1:-1].replace(b'"', b""))
    assert found.chip.name == "RTL8710B"
    assert set(found.template["pins"]) == {"1", "8", "9"}
    assert "pin-not-on-module" not in codes(found)
    lacking = analysed(b"{module:WR3,rl1_pin:7}")
    assert "PA7 (Relay 1) is not brought out by the module WR3." in [
        notice.message for notice in lacking.notices
    ]


def test_the_pins_of_a_second_controller_are_those_of_the_chip() -> None:
    said = {
        chip: analysed(flash_of(chip, b"{}\0", baud_cfg=b'{"baud":9600}\0'))
        for chip in ("RTL87X0C", "W600")
    }
    assert any("(PA13 RX, PA14 TX)" in note for note in said["RTL87X0C"].pins.notes)
    assert any("on a serial port at 9600" in note for note in said["W600"].pins.notes)
    assert said["W600"].pins.ports == {}
    assert not any("P10" in note for one in said.values() for note in one.pins.notes)


def test_the_older_storage_of_an_esp8266_is_read() -> None:
    """PSM, with the nested form of old firmware, at Tuya's place for it."""
    entries = [b"PSM1\x01\x02\x03", b"gw_bi={uuid}", b"ty_ws_mod=1", b"device_mod=2"]
    entries.append(b'user_param_key={"rl":[{"pin":12,"lv":1}],"rl1_pin":12,"bt1_pin":0,"bt1_lv":0}')
    entries += [b"ESP.x=1", b"ssid=home"]
    flash = bytearray(flash_of("ESP8266"))
    flash[0xF0000:] = b"\xff" * 0x10000
    flash[0x7B000:0x7C000] = b"\0".join(entries).ljust(0x1000, b"\xff")
    found = analysed(bytes(flash))
    assert found.chip.name == "ESP8266"
    assert found.tuya.psm is not None
    assert {pin.place: pin.role for pin in found.pins.pins} == {"IO12": "Rel", "IO0": "Btn"}
    assert found.template["pins"] == {"0": "Btn;1", "8": "Rel;1"}


def test_the_nested_form_of_old_firmware_is_read() -> None:
    nested = (
        b'{"module":"WR2E","sw":{"ch":[{"rl":{"pin":{"value":14}}},{"rl":{"pin":{"value":12}}}]}}'
    )
    found = analysed(flash_of("RTL8710B", nested + b"\0"))
    assert [(pin.place, pin.role) for pin in found.pins.pins] == [("PA12", "Rel"), ("PA14", "Rel")]
    assert found.template["pins"] == {"8": "Rel;2", "9": "Rel;1"}


def test_a_report_and_a_log_keep_the_names_of_pins() -> None:
    found = analysed(flash_of("RTL8710B"))
    again = read_report(to_json(found)).pins
    assert [pin.place for pin in again.pins] == ["PA5", "PA12", "PA14"]
    assert again.ports == {1: (18, 23)}
    log = replace(parse_boot_log(""), parameters=parse_parameters(b"{module:WR3,rl1_pin:14}"))
    assert [pin.place for pin in pins_from_log(log).pins] == ["PA14"]


def test_what_such_a_chip_would_run_is_refused_in_plain_words() -> None:
    from bekenlab.analysis.boot_problem import nothing_to_run

    problem = nothing_to_run(flash_of("LN882H"))
    assert problem.code == "unsupported"
    assert "LN882H is not a Beken chip" in problem.message
    assert nothing_to_run(b"\xff" * 4096).code == "not-a-dump"


def test_openbeken_is_told_before_it_overwrites_the_storage() -> None:
    assert "storage-overwritten" in codes(analysed(flash_of("RTL87X0C")))
    assert "storage-overwritten" not in codes(analysed(flash_of("LN882H")))


def test_notes_name_the_pin_as_the_chip_does() -> None:
    found = analysed(flash_of("RTL8710B", b'{"ir_pin":14,"irctl_pin":5,"total_led_pin":18}\0'))
    assert not any(" P14" in note or " P5" in note for note in found.pins.notes)
