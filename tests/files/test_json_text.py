"""JSON from elsewhere: nothing in it raises anything but one kind of error."""

import json
import sys
from pathlib import Path

import pytest

from bekenlab.json_text import MOST_DEPTH, JsonError, read_json, read_json_file

DIGITS = "9" * 5000
SENSELESS = {
    "infinite": "Infinity",
    "minus infinite": "[-Infinity]",
    "no number": '{"a": NaN}',
    "too large": "1e999",
    "too many digits": DIGITS,
    "too many negative digits": f"-{DIGITS}",
    "digits for a float": f"{DIGITS}.5",
    "deep lists": "[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1),
    "deep objects": '{"a":' * 900 + "1" + "}" * 900,
    "very deep": "[" * 100_000,
}


@pytest.mark.parametrize("kind", SENSELESS)
def test_what_nobody_can_mean_is_one_kind_of_error(kind: str) -> None:
    for text in (SENSELESS[kind], SENSELESS[kind].encode()):
        with pytest.raises(JsonError) as caught:
            read_json(text)
        assert caught.value.senseless
        assert len(str(caught.value)) < 100


@pytest.mark.parametrize("text", ["", "{", "[1,]", b"\xff", b"\xff\xfe[\0]\0", "\0", '"\n"'])
def test_what_is_no_json_is_the_same_kind_of_error(text: str | bytes) -> None:
    with pytest.raises(JsonError) as caught:
        read_json(text)
    assert not caught.value.senseless


def test_everything_else_is_read_as_by_python() -> None:
    nested = "[" * MOST_DEPTH + "]" * MOST_DEPTH
    for text in ('{"a": [1, -2.5e3, true, null, "\\u00e9\\ud83d\\ude00\\\\"]}', nested, "1"):
        assert read_json(text) == read_json(text.encode()) == json.loads(text)
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert read_json('"a\nb"', strict=False) == "a\nb"


def test_half_a_surrogate_pair_can_be_printed() -> None:
    for half in ("\\ud800", "\\uDFFF", "\\ud800\\ud800", "\\udc00\\ud800"):
        read_json(f'"{half}"').encode("utf-8")
    assert read_json('"\\ud800x"') == "\ufffdx"
    assert read_json('"\\ud800x"', halves=True) == "\ud800x"
    assert read_json('"\\\\ud800"') == "\\ud800", "an escaped backslash is no escape"


def test_a_name_given_twice_is_an_error_where_one_asks_for_that() -> None:
    assert read_json('{"a": 1, "a": 2}') == {"a": 2}
    with pytest.raises(JsonError, match="twice"):
        read_json('{"a": 1, "a": 2}', unique=True)


def test_a_file_is_not_read_beyond_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.truncate(33 << 20)
    with pytest.raises(JsonError, match="32 MiB"):
        read_json_file(path)


def test_only_this_reader_is_used() -> None:
    package = Path(sys.modules["bekenlab"].__path__[0])
    others = [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if "json.load" in path.read_text("utf-8") and path.name != "json_text.py"
    ]
    assert others == []
