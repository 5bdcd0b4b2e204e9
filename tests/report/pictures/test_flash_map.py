"""The flash map: what is where, how full, how random, and what cannot be rebuilt."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyses import real, sample, study
from bekenlab.chips import SECTOR
from bekenlab.report.pictures import ENGLISH, FlashFacts, Words, flash_facts, flash_map
from bekenlab.report.pictures.flash_facts import sector_statistics
from bekenlab.report.pictures.theme import paints
from bekenlab.web.texts import texts as texts_in
from report.pictures.drawn import SVG, texts, tooltips, tree, view_box
from report.test_secrets import leaks
from shared import dump, dump_names


def facts_of_sample() -> FlashFacts:
    facts = flash_facts(sample())
    assert facts is not None
    return facts


def plain_entropy(data: bytes) -> float:
    counts = Counter(data).values()
    return -sum(n / len(data) * math.log2(n / len(data)) for n in counts)


@settings(max_examples=30)
@given(st.binary(min_size=1, max_size=300), st.integers(1, 40))
def test_statistics_are_those_of_the_definition(pattern: bytes, times: int) -> None:
    data = pattern * times * 7
    entropy, blank = sector_statistics(data)
    sectors = [data[at : at + SECTOR] for at in range(0, len(data), SECTOR)]
    assert entropy == pytest.approx([plain_entropy(sector) for sector in sectors], abs=1e-9)
    assert list(blank) == [set(sector) == {0xFF} for sector in sectors]


def test_nothing_has_no_statistics() -> None:
    assert sector_statistics(b"") == ((), ())
    assert flash_facts(study(b"{rl1_pin:26,module:CB2S}")) is None


def test_the_regions_of_the_sample() -> None:
    facts = facts_of_sample()
    found = {region.name: (region.kind, region.start, region.end) for region in facts.regions}
    assert found == {
        "bootloader": ("bootloader", 0, 0x11000),
        "app": ("app", 0x11000, 0x129F70),
        "download": ("download", 0x12A000, 0x1D0000),
        "rf": ("rf", 0x1D0000, 0x1D1000),
        "oem_cfg": ("oem_cfg", 0x1D4000, 0x1D5000),
        "protected": ("protected", 0x1ED000, 0x1EE000),
        "storage": ("storage", 0x1EE000, 0x200000),
    }
    assert {region.name for region in facts.regions if region.kept} == {"bootloader", "rf"}
    by_name = {region.name: region for region in facts.regions}
    assert facts.used(by_name["rf"]) == 1
    assert facts.used(by_name["download"]) == 0
    assert 0 < facts.used(by_name["bootloader"]) < 1


def test_regions_of_different_names_have_different_colours() -> None:
    kinds = {region.name: region.kind for region in facts_of_sample().regions}
    for theme in ("light", "dark"):
        fills = [getattr(paints()[f"region-{kind}"], theme) for kind in kinds.values()]
        assert len(set(fills)) == len(kinds)


def test_an_image_to_be_installed_can_be_had_again() -> None:
    image = flash_facts(study(dump("openbk7231n-qio-1.18.300")))
    device = facts_of_sample()
    assert image is not None
    assert [region.name for region in image.regions if region.kept] == []
    assert [region.name for region in device.regions if region.kept] == ["bootloader", "rf"]


@pytest.mark.parametrize("name", dump_names())
def test_no_partition_runs_into_what_was_found(name: str) -> None:
    facts = flash_facts(real(name))
    assert facts is not None
    for region in facts.regions:
        if region.name in {"bootloader", "app", "download"}:
            within = [one for one in facts.regions if region.start < one.start < region.end]
            assert within == [], region


def test_the_smaller_of_two_regions_counts() -> None:
    facts = facts_of_sample()
    assert [facts.region_at(at // SECTOR) for at in (0x1ED000, 0x1EE000)] == [
        region for region in facts.regions if region.start in {0x1ED000, 0x1EE000}
    ]
    assert facts.region_at(0x1D2000 // SECTOR) is None


@pytest.mark.parametrize("language", [ENGLISH, texts_in("de").picture_words], ids=["en", "de"])
@pytest.mark.parametrize("name", dump_names())
def test_maps_of_real_dumps_can_be_read_and_hold_no_secret(name: str, language: Words) -> None:
    analysis = real(name)
    facts = flash_facts(analysis)
    assert facts is not None
    svg = flash_map(facts, words_of=language)
    width, height = view_box(svg)
    boxes = texts(svg)
    for box in boxes:
        assert box.left >= 0, box
        assert box.right <= width, box
        assert box.bottom <= height, box
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other), (one, other)
    boxes_around = [
        node
        for node in tree(svg).iter(f"{SVG}rect")
        if re.fullmatch(r"bl-region-\w+-line", node.attrib.get("class", ""))
    ]
    leaders = [
        node
        for node in tree(svg).iter(f"{SVG}polyline")
        if node.attrib.get("class", "").startswith("bl-region-")
    ]
    assert len(boxes_around) == len(leaders), "each outline has a name"
    assert leaks(svg.encode(), analysis) == []
    assert len(svg) < 60_000


def test_what_is_not_in_the_file_is_said_to_be_missing() -> None:
    """A part of which nothing is known has no percentage."""
    from bekenlab.samples import build_sample

    facts = flash_facts(study(build_sample()[:0x20000]))
    assert facts is not None
    said = [box.text for box in texts(flash_map(facts))]
    assert "1,064 KiB not in the file" in said
    assert sum("% used" in text for text in said) == 1, "of the boot loader only"


def test_every_sector_is_in_the_map_once() -> None:
    spans = []
    for tip in tooltips(flash_map(facts_of_sample())):
        start, end = tip.split(" ")[0].split("-")
        spans.append((int(start, 16), int(end, 16)))
    assert spans[0][0] == 0
    assert spans[-1][1] == 0x200000
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))


def test_a_cell_tells_its_story() -> None:
    tips = tooltips(flash_map(facts_of_sample()))
    assert "0x1d0000-0x1d1000 RF calibration: 0.1 bits per byte" in tips
    assert any(tip.endswith("Download (OTA): blank") for tip in tips)


@pytest.mark.parametrize("size", [0x200000, 0x400000, 0x1000000])
def test_a_region_of_one_sector_is_outlined_and_named(size: int) -> None:
    """The RF calibration is one sector of hundreds, and nearly blank."""
    facts = facts_of_sample()
    more = (size - facts.size) // SECTOR
    facts = replace(
        facts, size=size, entropy=facts.entropy + (0.0,) * more, blank=facts.blank + (True,) * more
    )
    svg = flash_map(facts)
    width, _ = view_box(svg)
    outlines = [
        node
        for node in tree(svg).iter(f"{SVG}rect")
        if node.attrib.get("class") == "bl-region-rf-line"
    ]
    assert len(outlines) == 1
    assert float(outlines[0].attrib["width"]) >= 7
    (name,) = [box for box in texts(svg) if box.text == "RF"]
    leaders = [
        [tuple(map(float, at.split(","))) for at in node.attrib["points"].split()]
        for node in tree(svg).iter(f"{SVG}polyline")
        if node.attrib.get("class") == "bl-region-rf-line"
    ]
    assert len(leaders) == 1
    (x, y), (end_x, end_y) = leaders[0][0], leaders[0][-1]
    left, top = float(outlines[0].attrib["x"]), float(outlines[0].attrib["y"])
    assert left <= x <= left + float(outlines[0].attrib["width"])
    assert top <= y <= top + float(outlines[0].attrib["height"])
    assert end_x <= name.left <= end_x + 5
    assert name.top < end_y < name.bottom
    assert name.right <= width


def test_what_cannot_be_rebuilt_is_dotted() -> None:
    svg = flash_map(facts_of_sample())
    # 17 sectors of boot loader, one of RF data, and the list's three
    assert len(list(tree(svg).iter(f"{SVG}circle"))) == 17 + 1 + 3


def test_a_part_of_flash_starts_at_its_address() -> None:
    from bekenlab.samples import build_sample

    facts = flash_facts(study(build_sample()[0x11000:0x12A000]))
    assert facts is not None
    assert facts.start == 0x11000
    assert "0x011000" in [box.text for box in texts(flash_map(facts))]
