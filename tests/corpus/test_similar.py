"""The pins of other devices of the same product: enough of them, all alike, or none."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analyses import codes, storage, study, with_regions
from bekenlab.analysis.model import Analysis
from bekenlab.analysis.similar import Layout, Similar, with_similar
from bekenlab.corpus.ask import Corpus, opened
from bekenlab.corpus.neighbours import _value, neighbours
from bekenlab.corpus.store import Store
from bekenlab.errors import NotFoundError
from bekenlab.image import rf
from bekenlab.jobs.corpus.similar import similar_to, with_corpus
from bekenlab.pins import PinMap, Source, pins_from_parameters
from bekenlab.report.match_report import render_similar, similar_json
from bekenlab.report.text import render
from bekenlab.samples import build_sample
from corpus.making import made
from report.test_corpus_report import shown

SCHEMA = b'[{"mode":"rw","property":{"type":"bool"},"id":1,"type":"obj"}]\0'
PLUG = "{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:CB2S}"
OTHER = "{rl1_pin:24,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:CB2S}"
RF = 0x1D0000


def device(
    number: int, parameters: str | None = PLUG, product: str = "keyabc", schema: str = "000004abcd"
) -> bytes:
    """The dump of one device of a product."""
    about = json.dumps({"pk": product, "s_id": schema}).encode()
    values = {"gw_di": about + b"\0", schema: SCHEMA, "gw_bi": b"{}\0"}
    if parameters is not None:
        values["user_param_key"] = parameters.encode() + b"\0"
    return with_regions({**storage(**values), RF: rf.build(bytes([2, 0, 0, 0, 0, number]))})


def corpus_of(folder: Path, *dumps: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "in").mkdir()
    for number, data in enumerate(dumps):
        (folder / "in" / f"d{number}.bin").write_bytes(data)
    made(folder / "corpus", [folder / "in"])
    return folder / "corpus"


@pytest.fixture(scope="module")
def plugs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three plugs of a product, two dumps of the first, and a device of another product."""
    return corpus_of(
        tmp_path_factory.mktemp("plugs"),
        device(1),
        device(1, PLUG.replace("lv:1", "lv:1,x:2")),
        device(2),
        device(3),
        device(4, OTHER, "keyxyz"),
        device(5, OTHER, schema="000004xyz1"),
    )


@pytest.fixture
def corpus(plugs: Path) -> Iterator[Corpus]:
    with opened(Store(plugs)) as corpus:
        yield corpus


def silent(number: int = 9) -> Analysis:
    return study(device(number, None))


def test_pins_are_taken_from_devices_that_all_agree(plugs: Path) -> None:
    before = silent()
    assert "no-parameters" in codes(before)
    after = with_corpus(before, plugs)
    assert [(pin.gpio, pin.role) for pin in after.pins.pins] == [(10, "Btn"), (26, "Rel")]
    assert after.pins.source is Source.SIMILAR_DEVICE
    assert {said.key for pin in after.pins.pins for said in pin.evidence} == {"rl1_pin", "bt1_pin"}
    assert after.template["pins"] == {"10": "Btn;1", "26": "Rel;1"}
    assert "similar-device-only" in codes(after)
    assert "no-parameters" not in codes(after)
    assert after.pins.notices[-1].message.startswith("This dump does not tell its pins. They are")
    assert "those of 3 other devices" in after.pins.notices[-1].message
    assert "other devices of the same product" in shown(render(after))


def test_what_a_dump_says_itself_counts_more(plugs: Path) -> None:
    own = study(device(9, OTHER))
    assert with_corpus(own, plugs) is own


def test_an_example_in_the_firmware_counts_less(plugs: Path) -> None:
    default = pins_from_parameters({"rl1_pin": 6}, source=Source.FIRMWARE_DEFAULT)
    after = with_corpus(replace(silent(), pins=default), plugs)
    assert after.pins.source is Source.SIMILAR_DEVICE


def test_a_second_controller_is_left_alone() -> None:
    before = replace(silent(), pins=PinMap(mcu_baud=9600))
    assert with_similar(before, Similar((Layout("1=Rel;1", 9, "x"),))) is before


@pytest.mark.parametrize("number", [1, 2])
def test_a_device_is_no_neighbour_of_itself(number: int, plugs: Path) -> None:
    """With one of three left out, two are too few; its other dumps do not count either."""
    after = with_corpus(silent(number), plugs)
    assert after.pins.pins == ()
    assert after.notices[-1].message == (
        "Other devices of the same product are known, but only 2: too few to take their pins."
    )


def test_without_the_salt_only_the_same_content_is_left_out(tmp_path: Path) -> None:
    folder = corpus_of(tmp_path, device(1), device(2), device(3))
    (folder / "salt").unlink()
    similar = similar_to(silent(1), folder)
    assert similar is not None
    assert similar.devices == 3


def test_of_the_same_module_two_are_enough(corpus: Corpus) -> None:
    asked = {"product": "keyabc", "schema": "000004abcd", "chip": "BK7231N"}
    for module, agree in ((None, False), ("CB2S", True)):
        found = neighbours(corpus, **asked, module=module, device=study_device(corpus))
        assert found is not None
        assert (found.devices, found.pins is not None) == (2, agree)
    assert neighbours(corpus, **asked, module="WB3S") is None
    assert neighbours(corpus, **{**asked, "chip": "BK7231T"}) is None


def study_device(corpus: Corpus) -> str:
    return str(corpus.ask("SELECT device FROM dumps WHERE name = 'd0.bin'").rows[0][0])


def test_devices_that_differ_tell_nothing(tmp_path: Path) -> None:
    folder = corpus_of(tmp_path, *(device(n) for n in range(4)), device(5, OTHER))
    after = with_corpus(silent(), folder)
    assert after.pins.pins == ()
    assert codes(after).count("similar-devices-differ") == 1
    assert "no-parameters" in codes(after)
    assert "connected in 2 ways" in after.notices[-1].message
    similar = similar_to(silent(), folder)
    assert similar is not None
    assert [layout.devices for layout in similar.layouts] == [4, 1]
    assert similar_json(similar)["same_product"]["agree"] is False
    text = shown(render_similar(similar, limit=1))
    assert text.startswith("5 of this product in the corpus, connected in 2 ways\n    4  10=Btn;1")
    assert text.count("\n") == 2


def test_a_product_that_is_not_known_or_not_told_has_none(plugs: Path) -> None:
    assert similar_to(study(device(9, None, "keynew")), plugs) is None
    assert similar_to(study(build_sample()), plugs) is None
    untold = study(build_sample())
    assert with_corpus(untold, plugs) is untold
    assert similar_json(None) == {"same_product": None}
    assert "No other device" in shown(render_similar(None, limit=5))


def test_devices_that_agree_are_told(plugs: Path) -> None:
    similar = similar_to(silent(), plugs)
    assert similar_json(similar)["same_product"] == {
        "devices": 3,
        "agree": True,
        "layouts": [{"pins": "10=Btn;1 26=Rel;1", "devices": 3, "example": "d0.bin"}],
    }
    assert "3 of this product in the corpus, all with these pins" in shown(
        render_similar(similar, limit=5)
    )


def test_there_must_be_a_corpus(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        similar_to(silent(), tmp_path)


def test_parameters_are_what_they_were() -> None:
    assert _value("26") == 26
    assert _value("CB2S") == "CB2S"
    assert _value('{"a": [1]}') == {"a": [1]}
    assert _value("{broken") == "{broken"
