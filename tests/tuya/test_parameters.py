"""The grammar of Tuya's parameters, both ways."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.errors import CorruptInputError
from bekenlab.tuya.parameters.format import format_parameters
from bekenlab.tuya.parameters.model import parameter_crc
from bekenlab.tuya.parameters.parser import parse_parameters
from growth import grows_linearly
from shared import dump_names, expected, shared

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**37), 10**37)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["0505", "00ff", "1e", "true", "-0", "1.0.3", "a b", "HEX:00ff", "", "a:b"])
)
NAMES = st.text(min_size=1, max_size=10)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def values(text: str | bytes) -> Any:
    return dict(parse_parameters(text).values)


def codes(text: str | bytes) -> list[str]:
    return [notice.code for notice in parse_parameters(text).notices]


@given(st.dictionaries(NAMES, TREES, max_size=6), st.booleans())
def test_what_is_written_reads_back(tree: dict[str, Any], crc: bool) -> None:
    tree.pop("crc", None)
    text = format_parameters(tree, crc=crc)
    parsed = parse_parameters(text)
    again = dict(parsed.values)
    if crc:
        assert again.pop("crc") == parameter_crc(text)
        assert parsed.crc_ok is True
    assert again == tree
    assert parsed.notices == ()


@given(st.dictionaries(NAMES, TREES, max_size=6))
def test_json_reads_as_json(tree: dict[str, Any]) -> None:
    text = json.dumps(tree)
    assert values(text) == tree
    assert values(json.dumps(tree, indent=1)) == tree


def test_tokens_mean_what_tuya_means() -> None:
    text = "{a:6,b:-3,c:0505,d:00ff,e:1.5,f:true,g:false,h:null,i:CB2S,j:1.0.3,k:,l:a b,m:1e,n:0,}"
    assert values(text) == {
        "a": 6,
        "b": -3,
        "c": "0505",
        "d": "00ff",
        "e": 1.5,
        "f": True,
        "g": False,
        "h": None,
        "i": "CB2S",
        "j": "1.0.3",
        "k": "",
        "l": "a b",
        "m": "1e",
        "n": 0,
    }
    assert type(values(text)["a"]) is int


def test_nested_lists_keep_leading_zeros_and_hex() -> None:
    assert values("{irfunset:[[6,02],[7,1e],[15,27]],x:[],y:{z:[{a:1}]},}") == {
        "irfunset": [[6, "02"], [7, "1e"], [15, 27]],
        "x": [],
        "y": {"z": [{"a": 1}]},
    }


def test_padding_bytes_and_hex_texts_are_understood() -> None:
    assert values(b"{a:1,}\x00\xff\xff") == {"a": 1}
    assert values(b"{a:1,}\xff\xff") == {"a": 1}
    assert values("HEX:" + b"{a:1,}\x00".hex()) == {"a": 1}
    assert codes("HEX:zz") == ["parameters-none"]
    assert values(r'{"a":"\q","b":"\n"}') == {"a": r"\q", "b": "\n"}
    assert values("{a:HEX:00ff,}") == {"a": "HEX:00ff"}
    assert values(b'{"baud":9600}\x00') == {"baud": 9600}
    assert codes(b"{a:1,}\x00\xff") == []


def test_the_first_of_a_name_wins() -> None:
    assert values("{a:1,a:2,b:3,}") == {"a": 1, "b": 3}
    assert codes("{a:1,a:2,}") == ["parameters-odd"]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("{a:1,b:2", {"a": 1}),  # 2 may have been 26
        ("{a:1,", {"a": 1}),
        ("{a:1,b", {"a": 1}),
        ("{a:1,b:", {"a": 1}),
        ('{a:1,b:"x', {"a": 1}),
        ("{a:1,b:[1,2", {"a": 1, "b": [1]}),
        ("{a:1,b:{c:1,d", {"a": 1, "b": {"c": 1}}),
        ("{", {}),
    ],
)
def test_a_cut_text_gives_what_is_whole(text: str, there: dict[str, Any]) -> None:
    assert values(text) == there
    assert codes(text) == ["parameters-truncated"]


def test_odd_texts_are_told_of() -> None:
    assert codes("") == []
    assert codes("hello") == ["parameters-none"]
    assert codes("{a:1,}{b:2}") == ["parameters-trailing"]
    assert values("{a:1,}{b:2}") == {"a": 1}
    assert codes("{:5,a,b:1,]}") == ["parameters-odd"]
    assert values("{:5,a,b:1,]}") == {"b": 1}
    assert values("{a:[1}2],b:3}") == {"a": [1, 2], "b": 3}


@pytest.mark.parametrize("piece", [b"{", b"{,", b"{a:[", b"{a:[,", b"]", b" {"])
def test_what_only_begins_again_and_again_is_skipped_at_once(piece: bytes) -> None:
    text = b"{" + piece * (65_000 // len(piece))
    began = time.process_time()
    for _ in range(20):
        parse_parameters(text)
    assert time.process_time() - began < 2.0


def test_depth_and_size_are_bounded() -> None:
    assert codes("{a:" + "[" * 100000) == ["parameters-limit", "parameters-truncated"]
    assert codes("{a:" * 17 + "1" + "}" * 17) == ["parameters-truncated"]
    assert codes("{a:" * 16 + "1" + "}" * 16) == []


@pytest.mark.parametrize(
    "piece", ['"', "[[", "{a:", "a:1,", '{"', '\\"', " ", "]", ":", "HEX:", "9"]
)
def test_the_time_grows_no_faster_than_the_text(piece: str) -> None:
    text = "{" + piece * 0x4000
    assert grows_linearly(lambda size: parse_parameters(text[:size]), 2000)


def test_the_crc_is_checked() -> None:
    text = format_parameters({"rl1_pin": 6, "module": "CB2S"}, crc=True)
    assert parse_parameters(text).crc_ok is True
    edited = parse_parameters(text.replace("pin:6", "pin:7"))
    assert edited.crc_ok is False
    assert [notice.code for notice in edited.notices] == ["parameters-crc"]
    assert parse_parameters("{a:1,}").crc_ok is None
    assert parameter_crc("{a:1,b:2}") == parameter_crc("{a:1,b:2,}") != parameter_crc("{a:1,b:3}")


def test_old_nested_configurations_flatten_to_todays_names() -> None:
    text = (
        '{"sw":{"ch":[{"bt":{"pin":{"value":18},"lv":{"value":false}},"dpid":{"value":1},'
        '"rl":{"pin":{"value":5},"lv":{"value":true}}},{"rl":{"pin":{"value":6}}}],'
        '"dltj":{"epin":{"pin":{"value":7}},"ivpin":{"pin":{"value":8}},'
        '"ivcpin":{"pin":{"value":24},"lv":{"value":true}}},'
        '"net":{"wfst":{"pin":{"value":20},"lv":{"value":false}}}},"rl2_pin":9}'
    )
    parameters = parse_parameters(text)
    flat = parameters.flat()
    assert flat == {
        "rl2_pin": 9,
        "bt1_pin": 18,
        "bt1_lv": False,
        "ch_dpid1": 1,
        "rl1_pin": 5,
        "rl1_lv": True,
        "ele_pin": 7,
        "vi_pin": 8,
        "sel_pin_pin": 24,
        "sel_pin_lv": True,
        "netled_pin": 20,
        "netled_lv": False,
    }
    assert parameters.integer("rl1_lv") == 1
    assert parameters.integer("bt1_lv") == 0


def test_integers_are_read_from_what_holds_one() -> None:
    parameters = parse_parameters("{a:06,b:x,c:2.0,d:2.5,e:[1],f:00ff,g:-4,}")
    found = {key: parameters.integer(key) for key in "abcdefgh"}
    assert found == {
        "a": 6, "b": None, "c": 2, "d": None, "e": None, "f": None, "g": -4, "h": None,
    }  # fmt: skip


def test_what_the_form_cannot_hold_is_refused() -> None:
    deep: Any = 1
    for _ in range(20):
        deep = [deep]
    for bad in ({"": 1}, {"a": float("nan")}, {"a": 10**40}, {"a": deep}):
        with pytest.raises(CorruptInputError):
            format_parameters(bad)


@given(st.text(st.sampled_from('{}[],:"\\a0-. e\x00'), max_size=60) | st.binary(max_size=200))
@settings(max_examples=300)
def test_any_text_is_read_without_error(text: str | bytes) -> None:
    parsed = parse_parameters(text)
    parsed.flat()
    parsed.integer("a")


@given(st.text(st.characters(codec="ascii"), max_size=40), st.integers(0, 60))
def test_mutated_configurations_are_read_without_error(junk: str, at: int) -> None:
    text = "{rl1_pin:6,irfunset:[[6,02],[7,1e]],sw:{ch:[{rl:{pin:{value:5}}}]},crc:3,}"
    parsed = parse_parameters("{" + text[1:at] + junk + text[at + 3 :])
    assert isinstance(parsed.flat(), dict)


def test_all_real_configurations_survive() -> None:
    rows = json.loads(shared("data", "tuya-configs.json").read_text(encoding="utf-8"))
    configurations = [row["config"] for row in rows if row["config"]]
    assert len(rows) == 354
    assert len(configurations) == 295
    for configuration in configurations:
        crc = configuration.get("crc")
        parsed = parse_parameters(format_parameters(configuration))
        assert parsed.values == configuration
        assert {n.code for n in parsed.notices} <= ({"parameters-crc"} if crc else set())


@pytest.mark.parametrize("name", dump_names())
def test_stored_configurations_are_reproduced_byte_for_byte(name: str) -> None:
    keys = expected(name).get("storage", {}).get("keys", {})
    text = keys.get("user_param_key", {}).get("value")
    if text:
        parsed = parse_parameters(text)
        assert parsed.crc_ok is True
        assert parsed.notices == ()
        assert format_parameters(parsed.values) == text
        assert parameter_crc(text) == parsed.values["crc"]
