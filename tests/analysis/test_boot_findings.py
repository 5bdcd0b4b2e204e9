"""analyze boots a dump whose pins are stored nowhere, and compares when asked."""

import pytest

from analyses import OEM_CFG, STORAGE, codes, real, study
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.pins import Source
from bekenlab.samples import PARAMETERS, build_sample
from shared import dump

SIX_PINS = {6, 7, 8, 10, 24, 26}


def without_storage() -> bytes:
    data = bytearray(build_sample())
    data[OEM_CFG : OEM_CFG + 0x1000] = b"\xff" * 0x1000
    data[STORAGE:] = b"\xff" * (len(data) - STORAGE)
    return bytes(data)


def test_the_sample_with_its_storage_erased_still_tells_its_pins() -> None:
    silent = study(without_storage())
    assert not silent.pins.pins
    assert "no-parameters" in codes(silent)
    booted = study(without_storage(), boot=BootMode.AUTO)
    assert booted.tuya.source is Source.BOOT_LOG
    assert {pin.gpio for pin in booted.pins.pins} == SIX_PINS
    assert booted.tuya.parameters is not None
    assert booted.tuya.parameters.values == PARAMETERS
    assert booted.problem is None
    assert booted.module == "CB2S"


def test_storage_in_order_is_not_booted_unless_asked() -> None:
    assert [said.source for said in study(build_sample(), boot=BootMode.AUTO).tuya.statements] == [
        Source.STORAGE,
        Source.OEM_CFG,
    ]


def test_always_compares_the_log_with_storage() -> None:
    analysis = study(build_sample(), boot=BootMode.ALWAYS)
    assert analysis.tuya.source is Source.STORAGE
    sources = {said.source for pin in analysis.pins.pins for said in pin.evidence}
    assert sources == {Source.STORAGE, Source.OEM_CFG, Source.BOOT_LOG}
    assert codes(analysis) == []


def test_a_dump_that_cannot_run_says_so_and_keeps_the_rest() -> None:
    data = bytearray(without_storage())
    data[0x11022:0x11700] = bytes(0x11700 - 0x11022)
    analysis = study(bytes(data), boot=BootMode.ALWAYS)
    assert set(codes(analysis)) & {"boot-failed", "boot-without-pins"}
    assert analysis.chip.name == "BK7231N"


@pytest.mark.parametrize(
    ("name", "pins"),
    [
        ("bk7231q-tuya-moes-relay-wa2-1.1.3", {6: "Btn", 7: "WifiLED", 18: "Rel"}),
        ("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17", None),
        ("moes-wk-us2-tc-in-wall-outlet", None),
    ],
)
def test_real_dumps_agree_with_their_log(name: str, pins: dict[int, str] | None) -> None:
    analysis = study(dump(name), boot=BootMode.ALWAYS)
    assert "sources-disagree" not in codes(analysis)
    if pins:
        assert {pin.gpio: pin.role for pin in analysis.pins.pins} == pins
    else:
        assert {pin.gpio for pin in analysis.pins.pins} == {p.gpio for p in real(name).pins.pins}
        assert all(
            Source.BOOT_LOG in {said.source for said in pin.evidence} for pin in analysis.pins.pins
        )
