import pytest

from bekenlab.pins.from_tuya import pins_from_parameters
from bekenlab.pins.merge import compare
from bekenlab.pins.model import PinMap, Source


def entry(source: Source, **values: object) -> tuple[Source, PinMap]:
    return source, pins_from_parameters(values, source=source)


PLUG: dict[str, object] = {"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "bt1_lv": 0}


def test_agreeing_sources_become_evidence_whatever_their_order() -> None:
    merged = compare([entry(Source.BOOT_LOG, **PLUG), entry(Source.STORAGE, **PLUG)])
    for pin in merged.pins:
        assert [e.source for e in pin.evidence] == [Source.STORAGE, Source.BOOT_LOG]
    assert merged.notices == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rl1_pin": 24}, ["Relay 1", "P26", "P24"]),
        ({"rl1_lv": 0}, ["Relay 1", "active high", "active low"]),
        ({"rl2_pin": 8}, ["Relay 2", "nothing", "P8"]),
        ({"module": "CB3S"}, ["module", "CB2S", "CB3S"]),
    ],
)
def test_a_disagreement_names_both_values(change: dict[str, object], words: list[str]) -> None:
    best = {**PLUG, "module": "CB2S"}
    merged = compare([entry(Source.STORAGE, **best), entry(Source.OEM_CFG, **{**best, **change})])
    (notice,) = merged.notices
    assert notice.code == "sources-disagree"
    for word in ("storage", "oem_cfg", *words):
        assert word in notice.message
    assert next(p.gpio for p in merged.pins if p.role == "Rel") == 26


def test_what_a_cut_log_lacks_is_no_disagreement() -> None:
    log = entry(Source.BOOT_LOG, rl1_pin=26)
    merged = compare([entry(Source.STORAGE, **PLUG), log])
    assert merged.notices == ()
    relay = next(p for p in merged.pins if p.role == "Rel")
    assert [e.source for e in relay.evidence] == [Source.STORAGE, Source.BOOT_LOG]


def test_firmware_default_says_nothing_about_the_device() -> None:
    default = entry(Source.FIRMWARE_DEFAULT, rl1_pin=26, rl1_lv=1, bt1_pin=7)
    merged = compare([default, entry(Source.STORAGE, **PLUG)])
    assert merged.notices == ()
    assert all(len(pin.evidence) == 1 for pin in merged.pins)
    alone = compare([default])
    assert [n.code for n in alone.notices] == ["firmware-default-only"]
    assert len(alone.pins) == 2


def test_an_empty_better_source_gives_way() -> None:
    merged = compare([entry(Source.STORAGE), entry(Source.OEM_CFG, **PLUG)])
    assert [e.source for pin in merged.pins for e in pin.evidence] == [Source.OEM_CFG] * 2
    assert compare([]) == PinMap()
    assert compare([entry(Source.STORAGE)]).pins == ()


def test_unknown_keys_of_all_sources_are_kept_once() -> None:
    merged = compare(
        [
            entry(Source.STORAGE, fan_pin=6, **PLUG),
            entry(Source.OEM_CFG, fan_pin=6, valve_pin=7),
        ]
    )
    assert [u.key for u in merged.not_understood] == ["fan_pin", "valve_pin"]


def test_a_level_nobody_stated_contradicts_no_level_that_was_stated() -> None:
    storage = pins_from_parameters(
        {"status_led_pin": 26, "status_led_lv": 1}, source=Source.STORAGE
    )
    cut_log = pins_from_parameters({"status_led_pin": 26}, source=Source.BOOT_LOG)
    merged = compare([(Source.STORAGE, storage), (Source.BOOT_LOG, cut_log)])
    assert merged.notices == ()
    assert [evidence.source for evidence in merged.pins[0].evidence] == [
        Source.STORAGE,
        Source.BOOT_LOG,
    ]
    said = pins_from_parameters({"status_led_pin": 26, "status_led_lv": 0}, source=Source.BOOT_LOG)
    disputed = compare([(Source.STORAGE, storage), (Source.BOOT_LOG, said)])
    assert [notice.code for notice in disputed.notices] == ["sources-disagree"]
