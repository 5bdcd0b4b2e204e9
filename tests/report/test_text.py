"""The report for people: complete, at most 80 columns, and harmless to the terminal."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from analyses import oem_cfg, real, sample, storage, study, with_regions
from bekenlab.analysis.model import Analysis
from bekenlab.report.summary import summary_line
from bekenlab.report.text import render
from bekenlab.samples import SAMPLE_NAME
from shared import dump_names

NAMES = [SAMPLE_NAME, *dump_names()]


def show(analysis: Analysis, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(render(analysis))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def squeezed(text: str) -> str:
    """Without line breaks and alignment, as one reads it."""
    return " ".join(text.split())


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_longer_than_80_columns(name: str) -> None:
    analysis = sample() if name == SAMPLE_NAME else real(name)
    lines = show(analysis).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert [line for line in lines if line.endswith(" ")] == []
    assert analysis.file.name in "".join(line.rstrip() for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_every_pin_and_every_warning_is_in_the_report(name: str) -> None:
    analysis = sample() if name == SAMPLE_NAME else real(name)
    text = show(analysis, width=400)
    for pin in analysis.pins.pins:
        [row] = [
            line
            for line in text.splitlines()
            if f"P{pin.gpio} " in line and pin.label in line and pin.evidence[0].key in line
        ]
        assert {"active_high": " high ", "active_low": " low "}.get(str(pin.polarity), " ") in row
    for notice in analysis.notices:
        assert notice.code in text
        assert squeezed(notice.message) in squeezed(text)


def test_the_sample_as_a_person_reads_it() -> None:
    text = squeezed(show(sample()))
    for phrase in (
        "sample-metering-plug.bin 2,097,152 bytes",
        "Chip BK7231N",
        "Module CB2S",
        "bekenlab_sample_plug 1.0.0",
        "encrypted with Tuya's key",
        "Tuya storage, agrees with the plain copy (oem_cfg)",
        "Relay 1 high Rel;1 rl1_pin",
        "0x011000-0x129f70",
        "app 1.00, intact",
        "gw_bi (77)",
        '"26": "Rel;1"',
    ):
        assert phrase in text
    assert "Warnings" not in text


def test_a_dispute_is_shown_where_the_source_is_named() -> None:
    regions = storage(user_param_key=b"{rl1_pin:26,module:CB2S}") | oem_cfg(b"{rl1_pin:24,jv:1,}")
    text = squeezed(show(study(with_regions(regions))))
    assert "differs from the plain copy" in text
    assert "sources-disagree" in text


def test_a_key_that_is_not_understood_is_shown() -> None:
    text = squeezed(show(study(b"{rl1_pin:26,strange_pin:7}")))
    assert "not understood: strange_pin = 7" in text


@pytest.mark.parametrize(
    "value", [b"\x1b[2J\x1b]0;x\x07", b"\xc2\x9b31m", b"[bold]x[/nope]", b"\xe2\x80\xae"]
)
def test_a_dump_cannot_write_to_the_terminal(value: bytes) -> None:
    data = b"{rl1_pin:26,module:" + value + b",a" + value + b"_pin:" + value + b"}"
    for text in (show(study(data, "a\x1b[31m.bin")), summary_line(study(data, "a\x1b\ud800.bin"))):
        assert all(char.isprintable() or char == "\n" for char in text)
        text.encode()


@pytest.mark.parametrize("data", [b"", b"\xff" * 5000, b"hello", bytes(range(256)) * 16])
def test_a_file_in_which_nothing_is_known_is_still_shown(data: bytes) -> None:
    text = show(study(data, "odd.bin"))
    assert "odd.bin" in text
    assert "not recognised" in text


SUMMARIES = {
    "bk7231n-lspa9-clone-first-bydarkman-topic3887748": (
        "BK7231N, CB2S, oem_bk7231n_plug 1.1.15, 6 pins from storage"
    ),
    "bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17": (
        "BK7231N, no module named, bk7231n_common_user_config_ty 2.1.17, TuyaMCU"
    ),
    "bl2028n-dreo-dr-htf004s-fan-pai-053": (
        "BL2028N, no module named, firmware unknown, no pins stored"
    ),
    "openbk7238-qio-1.18.300": "BK7238, no module named, OpenBK7238 1.18.300, no pins stored",
    "daybetter-flsl501115wifity-rgb-led-strip": (
        "BK7231T, WB3S, oem_bk7231s_strip_ir_daybetter 1.1.9, 4 pins from firmware_default"
    ),
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_one_line_says_what_a_dump_is(name: str) -> None:
    assert summary_line(real(name)) == f"{name}.bin: {SUMMARIES[name]}"


def test_one_line_of_a_file_with_little_in_it() -> None:
    assert summary_line(study(b"{rl1_pin:26}", "a.txt")).startswith("a.txt: ")
    assert "1 pin from" in summary_line(study(b"{rl1_pin:26}", "a.txt"))
    assert "chip unknown" in summary_line(study(b"", "a.bin"))
