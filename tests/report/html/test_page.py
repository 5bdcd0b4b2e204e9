"""The HTML report: whole, small, harmless, and asking nobody for anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from analyses import oem_cfg, real, sample, storage, study, with_regions
from bekenlab.report.html import html_report
from bekenlab.report.pictures import ENGLISH
from bekenlab.samples import SAMPLE_NAME
from shared import dump, dump_names

if TYPE_CHECKING:
    from bekenlab.analysis.model import Analysis

NAMES = [SAMPLE_NAME, *dump_names()]
VOID = {"meta", "br", "img", "link", "input", "hr"}
LARGEST = 200_000


@dataclass
class Read(HTMLParser):
    """A page taken apart: tags, attributes, and the text that is seen."""

    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    style: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def read(page: str) -> Read:
    found = Read()
    found.feed(page)
    found.close()
    assert found.open == []
    return found


def analysis_of(name: str) -> Analysis:
    return sample() if name == SAMPLE_NAME else real(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_small_and_stands_alone(name: str) -> None:
    page = html_report(analysis_of(name))
    assert page.startswith("<!doctype html>\n<html")
    assert len(page.encode()) < LARGEST
    found = read(page)
    assert not {"script", "link", "img", "iframe", "object", "image", "use"} & set(found.tags)
    for tag, attribute, value in found.attributes:
        assert attribute not in {"src", "href", "srcset", "action", "style"}, (tag, attribute)
        assert not attribute.startswith("on")
        assert "//" not in value or attribute == "xmlns"
    for word in ("url(", "@import", "@font-face"):
        assert word not in found.style
    policy = [v for tag, name, v in found.attributes if v.startswith("default-src")]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


@pytest.mark.parametrize("name", NAMES)
def test_everything_known_is_on_the_page(name: str) -> None:
    analysis = analysis_of(name)
    text = read(html_report(analysis)).text
    assert analysis.file.name in text
    assert analysis.file.sha256 in text
    for pin in analysis.pins.pins:
        assert f"P{pin.gpio}" in text
        assert pin.label in text
    for notice in analysis.notices:
        assert notice.code in text
        assert " ".join(notice.message.split()) in text
    for part in analysis.image.partitions if analysis.image else ():
        assert f"0x{part.start:06x}-0x{part.end:06x}" in text


def test_the_sample_as_a_person_reads_it() -> None:
    text = read(html_report(sample())).text
    for phrase in (
        "Chip BK7231N storage says em_sys_env is bk7231n",
        "Module CB2S",
        "bekenlab_sample_plug 1.0.0 TUYA IOT SDK 2.3.3",
        "encrypted with Tuya's key",
        "02:be:4e:xx:xx:xx",
        "Pins from Tuya storage",
        "P26 11 Relay 1 high Rel;1 storage: rl1_pin; plain copy: rl1_pin",
        "app 0x011000-0x129f70 1,123.9 KiB app 1.00, intact",
        "gw_bi 77 hidden",
        "em_sys_env 20 bk7231n",
        '"26": "Rel;1"',
        "ESPHome configuration",
        "board: cb2s",
        "do not share it unredacted",
    ):
        assert phrase in text, phrase
    assert "Mind" not in text
    assert "Map of flash, 2,048 KiB" in text
    assert "Pads of CB2S" in text


def test_warnings_come_before_the_pins() -> None:
    regions = storage(user_param_key=b"{rl1_pin:26,module:CB2S}") | oem_cfg(b"{rl1_pin:24,jv:1,}")
    text = read(html_report(study(with_regions(regions)))).text
    assert "sources-disagree:" in text
    assert text.index("sources-disagree") < text.index("Pads of CB2S")


def test_a_configuration_alone_has_a_page_too() -> None:
    text = read(html_report(study(b"{rl1_pin:26,bt1_pin:9,odd_pin:3,module:CB2S}"))).text
    assert "Pins from the text given" in text
    assert "P9 not brought out" in text
    assert "ESPHome configuration" in text
    assert "Not understood: odd_pin = 3" in text
    assert "Map of flash" not in text


def test_pictures_say_that_pins_are_the_firmwares_mere_default() -> None:
    """Pictures are passed on without the text around them."""
    doubtful = html_report(real("daybetter-flsl501115wifity-rgb-led-strip"))
    assert ENGLISH["pins.default"] in read(doubtful).text
    assert ENGLISH["pins.default"] not in read(html_report(sample())).text


def test_the_board_is_that_of_the_dumps_boot_loader() -> None:
    """BK7238 with Beken's loader and Tuya's storage."""
    flash = bytearray(dump("openbk7238-qio-1.18.300").ljust(0x200000, b"\xff"))
    stored = dump("bk7231t-tuyaconfig-pc44ha")
    flash[0x1EE000 : 0x1EE000 + len(stored)] = stored
    assert "board: generic-bk7238\n" in "".join(read(html_report(study(bytes(flash)))).texts)


def test_a_chip_that_esphome_does_not_know_has_no_yaml() -> None:
    text = read(html_report(study(b"{rl1_pin:26,module:T4-U}"))).text
    assert "BK7252N" in text
    assert "ESPHome" not in text


def test_a_file_that_is_no_dump_says_so() -> None:
    analysis = study(bytes(range(256)) * 64)
    text = read(html_report(analysis)).text
    assert analysis.problem is not None
    assert f"{analysis.problem.code}:" in text
    assert "not recognised" in text


def test_an_empty_file_has_a_page() -> None:
    assert "not recognised" in read(html_report(study(b""))).text


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", "</style><b>", '"><img src=x onerror=1>', "\x1b[2J\ud800"]
)
def test_nothing_from_outside_becomes_markup(evil: str) -> None:
    plain = read(html_report(study(b"{rl1_pin:26,module:CB2S}")))
    module = evil.encode("utf-8", "replace").replace(b",", b"")
    data = b"{rl1_pin:26,module:" + module + b",x" + module + b"_pin:3}"
    page = html_report(study(data, evil))
    found = read(page)
    assert set(found.tags) <= set(plain.tags) | {"p", "span", "div"}
    assert "\x1b" not in page
    page.encode("utf-8", "replace")
