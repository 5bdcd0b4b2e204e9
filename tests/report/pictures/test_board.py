"""A board's picture shows every pad, says what it does, and can be read."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest

from analyses import sample
from bekenlab.chips import Module, board, find_module, modules, package, packages
from bekenlab.pins import Evidence, Pin, PinMap, Source
from bekenlab.report.pictures import ENGLISH, board_picture, stylesheet, uses_of
from bekenlab.report.pictures.label import draw_label
from bekenlab.report.pictures.layout import spread
from bekenlab.report.pictures.theme import paints
from bekenlab.report.pictures.uses import PadFacts
from report.pictures.drawn import SVG, Box, classes, texts, tooltips, tree, view_box

KNOWN = [module for module in (*modules(), *packages()) if module.pads_known]
SAID = (Evidence(Source.STORAGE, "rl1_pin"),)


def known(name: str) -> Module:
    module = find_module(name)
    assert module is not None
    return module


def crowded(module: Module) -> dict[int, tuple[object, ...]]:
    """Every GPIO of a module in use, with the longest texts there can be."""
    pins = [Pin(gpio, "None", 0, None, "Wwwwwwwwwwwwwwwwwwwwwwwww", SAID) for gpio in module.gpios]
    return dict(uses_of(PinMap(pins=tuple(pins))))


def assert_readable(svg: str) -> None:
    width, height = view_box(svg)
    boxes = texts(svg)
    for box in boxes:
        assert box.left >= 0, box
        assert box.right <= width, box
        assert box.top >= 0, box
        assert box.bottom <= height, box
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other), (one, other)


@pytest.mark.parametrize("module", KNOWN, ids=lambda module: module.key)
def test_every_pad_is_labelled_and_no_text_covers_another(module: Module) -> None:
    svg = board_picture(module, uses_of(sample().pins))
    assert_readable(svg)
    labelled = [tip.split(":")[0] for tip in tooltips(svg)]
    assert sorted(labelled) == sorted(pad.name for pad in module.pads)


@pytest.mark.parametrize("module", KNOWN, ids=lambda module: module.key)
def test_long_texts_do_not_cover_each_other_either(module: Module) -> None:
    assert_readable(board_picture(module, crowded(module)))  # type: ignore[arg-type]


@pytest.mark.parametrize("module", KNOWN, ids=lambda module: module.key)
def test_pins_that_are_only_the_firmwares_default_are_marked_in_the_picture(module: Module) -> None:
    svg = board_picture(module, uses_of(sample().pins), doubtful=True)
    assert_readable(svg)
    said = ENGLISH["pins.default"]
    assert said in " ".join(box.text for box in texts(svg))
    assert said not in " ".join(box.text for box in texts(board_picture(module, {})))


def label(svg: str, name: str) -> tuple[str, set[str]]:
    """Text and classes of a pad's label."""
    for node in tree(svg).iter(f"{SVG}g"):
        title = node.find(f"{SVG}title")
        if title is not None and (title.text or "").startswith(f"{name}: "):
            lines = ("".join(line.itertext()) for line in node.iter(f"{SVG}text"))
            text = " ".join(lines)
            used = {c for child in node.iter() for c in child.attrib.get("class", "").split()}
            return text, used
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("pad", "text", "kind"),
    [
        ("1", "1 3V3", "power"),
        ("3", "3 GND", "ground"),
        ("5", "5 P10 Button 1 RX1", "button"),
        ("6", "6 P8 Wi-Fi LED", "led"),
        ("7", "7 TX1 P11", "serial"),
        ("8", "8 P23 ADC3", "free"),
        ("9", "9 P24 Meter SEL", "meter"),
        ("10", "10 CEN reset", "reset"),
        ("11", "11 P26 Relay 1", "relay"),
        ("TTX2", "TTX2 TX2 P0 log", "log"),
    ],
)
def test_the_pads_of_the_sample_plug(pad: str, text: str, kind: str) -> None:
    svg = board_picture(known("CB2S"), uses_of(sample().pins))
    assert label(svg, pad) == (text, label(svg, pad)[1])
    assert f"bl-kind-{kind}" in label(svg, pad)[1]


def test_the_tool_tip_has_level_role_and_key() -> None:
    tips = tooltips(board_picture(known("CB2S"), uses_of(sample().pins)))
    assert "11: P26: Relay 1, active high, Rel;1 [rl1_pin] (PWM5)" in tips


def test_nothing_is_said_of_use_where_no_device_is_known() -> None:
    svg = board_picture(known("CB2S"), {})
    assert "11: P26 (PWM5)" in tooltips(svg)
    shown = [box.text for box in texts(svg)]
    assert "GPIO" in shown
    assert "not used" not in shown
    used = board_picture(known("CB2S"), uses_of(sample().pins))
    assert "8: P23: not used (ADC3)" in tooltips(used)


def test_the_bare_chip_is_drawn_where_the_module_is_not_known() -> None:
    assert board("CB2S", "BK7231N") == known("CB2S")
    assert board("CB8P", "BK7231N") == package("qfn32")
    assert board(None, "BK7231T") == package("qfn32")
    assert board("CB8P", None) is None
    svg = board_picture(package("qfn32"), uses_of(sample().pins))
    assert label(svg, "15")[0] == "15 P26 Relay 1"
    assert label(svg, "21")[0] == "21 CEN reset"


def test_two_jobs_of_one_pin_are_both_named() -> None:
    pins = PinMap(
        pins=(
            Pin(26, "LED", 1, None, "LED of relay 1", SAID),
            Pin(26, "Rel", 1, None, "Relay 1", SAID),
        )
    )
    svg = board_picture(known("CB2S"), uses_of(pins))
    assert label(svg, "11")[0].startswith("11 P26 LED relay 1/R")
    assert "Relay 1, Rel;1" in " ".join(tooltips(svg))


def test_lines_taken_by_a_second_controller_or_a_meter_are_marked() -> None:
    svg = board_picture(known("CB2S"), uses_of(PinMap(mcu_baud=9600)))
    assert "2nd controller" in label(svg, "7")[0]
    assert "TuyaMCU, 9600 baud" in " ".join(tooltips(svg))


def test_what_a_dump_says_cannot_break_out_of_the_picture() -> None:
    evil = '<script>alert(1)</script>"\x00\x1b\ufffe]]>&'
    pins = PinMap(pins=(Pin(26, "None", 0, None, evil, (Evidence(Source.STORAGE, evil),)),))
    svg = board_picture(known("CB2S"), uses_of(pins))
    assert "<script" not in svg
    assert not list(tree(svg).iter(f"{SVG}script"))
    assert "\x00" not in svg


@pytest.mark.parametrize("name", ["CB2S", "CBU", "WB2L"])
def test_a_picture_for_a_page_has_no_style_script_or_id(name: str) -> None:
    svg = board_picture(known(name), uses_of(sample().pins), standalone=False)
    for node in tree(svg).iter():
        assert node.tag.removeprefix(SVG) not in {"style", "script"}
        assert not {"style", "id"} & set(node.attrib)
        assert not any(attribute.startswith("on") for attribute in node.attrib)


def test_a_picture_alone_brings_its_style_along_and_its_name() -> None:
    svg = board_picture(known("CB2S"), {})
    root = tree(svg)
    assert root.attrib["role"] == "img"
    assert root[0].text == "Pads of CB2S"
    assert "P26" in (root[1].text or "")
    assert [node.tag.removeprefix(SVG) for node in root[:4]] == ["title", "desc", "style", "rect"]
    assert root[2].text == stylesheet()
    assert "prefers-color-scheme:dark" in stylesheet()


def test_every_class_has_a_rule_and_its_light_colour() -> None:
    svg = board_picture(known("WB2L"), uses_of(sample().pins), standalone=False)
    for name in classes(svg) - {"bl-picture", "bl-label"}:
        paint = paints()[name.removeprefix("bl-")]
        assert f".{name}{{{paint.attribute}:var(" in stylesheet()
    for node in tree(svg).iter():
        for name in node.attrib.get("class", "").split():
            if name not in {"bl-picture", "bl-label"}:
                paint = paints()[name.removeprefix("bl-")]
                assert node.attrib[paint.attribute] == paint.light


def test_a_page_with_a_switch_of_its_own_decides() -> None:
    assert "data-theme" not in stylesheet()
    switched = stylesheet(switched=True)
    assert "prefers-color-scheme" not in switched
    assert ".bl-page{fill:var(--bl-page,light-dark(#ffffff,#10161d))}" in switched
    assert ".bl-ink{fill:light-dark(#1b2733,#e6edf3)}" in switched


def test_another_language_needs_only_other_words() -> None:
    german = {**ENGLISH, "kind.relay": "Relais", "back": "Rückseite"}
    shown = [box.text for box in texts(board_picture(known("CB2S"), {}, words_of=german))]
    assert "Rückseite" in shown
    assert "Relais" not in shown  # no relay, no entry in the legend
    used = board_picture(known("CB2S"), uses_of(sample().pins), words_of=german)
    assert "Relais" in [box.text for box in texts(used)]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_told_from_its_ground(theme: str) -> None:
    def colour(name: str) -> str:
        value: str = getattr(paints()[name], theme)
        return value

    pairs = [("ink", "page"), ("muted", "page"), ("lid-ink", "lid"), ("die-ink", "die")]
    pairs += [(f"{name}-on", name) for name in paints() if f"{name}-on" in paints()]
    for text, ground in pairs:
        assert contrast(colour(text), colour(ground)) >= 4.5, (text, ground)


def test_labels_are_moved_apart_no_more_than_needed() -> None:
    assert spread([0.0, 100.0], gap=17) == [0.0, 100.0]
    assert spread([50.0, 50.0], gap=10) == [45.0, 55.0]
    moved = spread([1.0, 2.0, 3.0, 200.0], gap=10)
    assert moved[-1] == 200.0
    assert [round(b - a, 6) for a, b in itertools.pairwise(moved[:3])] == [10.0, 10.0]
    assert sum(moved[:3]) == pytest.approx(6.0)


def test_overlapping_boxes_are_found() -> None:
    """Otherwise the tests above would pass for nothing."""
    box = Box("a", 0, 0, 10, 10)
    assert box.overlaps(replace(box, text="b", left=9))
    assert not box.overlaps(replace(box, left=10, right=20))
    assert re.search("P26", board_picture(known("CB2S"), {}))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("one", "other"), [("free", "none"), ("serial", "log")])
def test_kinds_that_stand_together_in_the_legend_can_be_told_apart(
    theme: str, one: str, other: str
) -> None:
    colours = [getattr(paints()[f"kind-{kind}"], theme) for kind in (one, other)]
    first, second = (bytes.fromhex(colour[1:]) for colour in colours)
    assert sum(abs(a - b) for a, b in zip(first, second, strict=True)) > 75


@pytest.mark.parametrize("left", [True, False])
def test_the_second_line_of_a_label_stays_beside_the_name_of_the_pad(left: bool) -> None:
    fact = PadFacts("light", "Cold white", "a long name of a channel", "active high", "cold white")
    root = Element("svg")
    draw_label(root, (100.0, 50.0), "P24", fact, 30.0, left=left)
    first, second = (node for node in root.iter("text") if node.attrib["text-anchor"] != "middle")
    assert first.attrib["x"] == second.attrib["x"]
