"""Configurations as people post them: every form gives the pins, from every command alike."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

import pytest

from amounts import one_in
from analyses import codes, study
from bekenlab.analysis.analyze import analyze, analyze_each
from bekenlab.analysis.configuration import MAX_TEXT, read_configurations
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.read_log import read_log
from bekenlab.analysis.subject import read_subject
from bekenlab.errors import NotADumpError, RefusedError
from bekenlab.pins import Polarity, Source
from growth import grows_linearly
from shared import shared

if TYPE_CHECKING:
    from pathlib import Path

TUYA = "{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:CB2S,}"
JSON = json.dumps({"rl1_pin": "26", "rl1_lv": "1", "bt1_pin": "10", "bt1_lv": "0"}, indent=1)
PINS = {"10": "Btn;1", "26": "Rel;1"}
CURLY = {'"': "\u201c", "'": "\u2019"}

FORMS: dict[str, bytes] = {
    "Latin-1 around": "für Gerät: ".encode("latin-1") + TUYA.encode(),
    "UTF-16": JSON.encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + JSON.encode("utf-16-be"),
    "UTF-16, unmarked": JSON.encode("utf-16-le"),
    "backticks": f"`{{`\n{JSON[1:-1]}`}}``".encode(),
    "a fence": f"```json\n{JSON}\n```".encode(),
    "quoted": "".join(f"> {line}\n" for line in JSON.splitlines()).encode(),
    "quoted twice": "".join(f">> {line}\n" for line in JSON.splitlines()).encode(),
    "curly quotes": JSON.replace('"', "\u201d").encode(),
    "low quotes": JSON.replace('"', "\u201e").encode(),
    "guillemets": JSON.replace('"', "\u00bb").encode(),
    "HTML": html.escape(JSON).encode(),
    "HTML of HTML": html.escape(html.escape(JSON)).encode(),
    "tags": ("<p>" + JSON.replace("\n", "<br />\n") + "</p>").encode(),
    "hard spaces": JSON.replace(" ", "\u00a0").encode(),
    "zero width": JSON.replace(",", ",\u200b").encode(),
    "Python": str({**json.loads(JSON), "en_dry1": True, "x": None}).encode(),
    "escaped": json.dumps(JSON)[1:-1].encode(),
    "no braces": TUYA[1:-2].encode(),
    "a line each": TUYA[1:-2].replace(",", "\n").encode(),
    "equals signs": TUYA[1:-2].replace(",", "\n").replace(":", " = ").encode(),
    "a log's brackets": f"[,{TUYA[1:]}ZZ".encode(),
    "after a log's words": f"[01-01 00:00:01 TUYA D] json cfg:{TUYA}junk".encode(),
    "far behind": b"hello {all} of you. " * 500 + TUYA.encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_pins_from_every_command(form: str, tmp_path: Path) -> None:
    path = tmp_path / "post.txt"
    path.write_bytes(FORMS[form])
    analysis = study(FORMS[form], "post.txt")
    assert analysis.problem is None
    assert analysis.template["pins"] == PINS
    assert {pin.polarity for pin in analysis.pins.pins if pin.role == "Rel"} == {
        Polarity.ACTIVE_HIGH
    }
    assert read_subject(path).template["pins"] == PINS
    assert read_log(path).template["pins"] == PINS


@pytest.mark.parametrize(
    ("case", "pins"),
    [
        *(
            (f"t1-text-forms/{name}.txt", {"26": "Rel;1"})
            for name in ("curly-quotes", "html", "latin1", "python-dict", "quoted", "utf16")
        ),
        *((f"t1-text-forms/{name}.txt", PINS) for name in ("backtick", "no-brace")),
        ("t1-text-forms/log-bracket.txt", {"6": "Rel;1", "26": "Btn_Tgl_All;0"}),
        (
            "a3-broken-json/plain.txt",
            {"6": "Btn;1", "7": "IRRecv;0", "8": "WifiLED;0", "26": "IRSend;0"},
        ),
    ],
)
def test_real_posts(case: str, pins: dict[str, str]) -> None:
    path = shared("cases", *case.split("/"))
    assert read_subject(path).template["pins"] == pins
    assert read_log(path).template["pins"] == pins


def test_codes_are_no_pins() -> None:
    """Storage of other records runs into the parameters; a factory code ends in "pin" too."""
    text = '{"rl1_pin":"26","}ac_pin":"ejaaaaaaaa{abi","fac_pin":"ejbbbbbbbb","odd_pin":"17"}'
    analysis = study(text.encode())
    assert [unknown.key for unknown in analysis.pins.not_understood] == ["odd_pin"]
    real = study(shared("cases", "a3-broken-json", "plain.txt").read_bytes())
    assert real.pins.not_understood == ()


WORDS = (
    "Device configuration, as extracted from Tuya: \n"
    "- Relay (channel 2) on P6\n- Pair/Toggle All Button on P7\n- Button (channel 1) on P8\n"
    "- IR Receiver is on P9\n- LED Warm (Channel 5) on P24\n- PWM Frequency 1000\n"
    "Device seems to be using CB3S module, which is using BK7231N.\n"
)


def test_pins_in_words_are_read_and_their_source_is_named(tmp_path: Path) -> None:
    analysis = study(WORDS.encode())
    assert {pin.gpio: (pin.role, pin.channel, pin.polarity) for pin in analysis.pins.pins} == {
        6: ("Rel", 2, None),
        7: ("Btn_Tgl_All", 0, None),
        8: ("Btn", 1, None),
        9: ("IRRecv", 0, None),
        24: ("PWM", 1, None),
    }
    assert (analysis.module, analysis.pins.pwm_hz) == ("CB3S", 1000)
    assert {said.source for pin in analysis.pins.pins for said in pin.evidence} == {Source.PIN_LIST}
    assert "pins-in-words" in codes(analysis)
    (tmp_path / "words.txt").write_text(WORDS)
    assert len(read_log(tmp_path / "words.txt").pins.pins) == 5


def test_the_words_of_a_real_post() -> None:
    analysis = study(shared("cases", "a7-ef-text", "plain.txt").read_bytes())
    assert analysis.template["pins"] == {
        "6": "Rel;2",
        "7": "Btn_Tgl_All;0",
        "8": "Btn;1",
        "9": "Btn;2",
        "10": "Btn;3",
        "11": "Btn;4",
        "14": "Rel;4",
        "22": "WifiLED_n;0",
        "24": "Rel;1",
        "26": "Rel;3",
    }


def test_a_single_line_of_prose_is_no_list_of_pins() -> None:
    assert read_configurations(b"I think there is a button on P8, but who knows") == ()
    assert read_configurations(b"- Relay (channel 1) on P8\n") == ()


@pytest.mark.parametrize("name", ["clean.json", "plain.txt"])
def test_a_curtain_as_posted(name: str) -> None:
    """Parameters and words of the same device are one: they agree."""
    path = shared("cases", "a1-curtain", name)
    subject = read_subject(path)
    assert subject.template["pins"] == {
        "14": "Btn_ScriptOnly;0",
        "15": "Rel;3",
        "16": "Btn;3",
        "17": "Rel;1",
        "20": "WifiLED;0",
        "24": "LED_n;15",
        "28": "Btn;1",
    }
    assert "addChangeHandler Channel3 == 1 setChannel 1 0" in subject.template["command"]
    assert [notice.code for notice in subject.notices] == ["curtain"]


def test_two_configurations_in_a_text_are_both_offered(tmp_path: Path) -> None:
    other = "{rl1_pin:8,rl1_lv:1,bt1_pin:9,module:WB2S}"
    text = f"The old one:\n{TUYA}\nand the new one:\n{other}\nWhich is right?"
    file = InputFile("two.txt", tmp_path / "two.txt", text.encode())
    first, second = analyze_each(file)
    assert (first.template["pins"], second.template["pins"]) == (PINS, {"8": "Rel;1", "9": "Btn;1"})
    assert (first.file.name, second.file.name) == ("two.txt (1 of 2)", "two.txt (2 of 2)")
    assert "several-configurations" in codes(analyze(file))
    file.path.write_bytes(file.data)
    for read in (read_subject, read_log):
        with pytest.raises(RefusedError, match=r"2 configurations \(1: CB2S, .*; 2: WB2S, "):
            read(file.path)


@pytest.mark.parametrize("again", [TUYA, JSON])
def test_the_same_configuration_twice_is_one(again: str) -> None:
    first = TUYA if again == TUYA else JSON
    assert len(read_configurations(f"{first}\n\nagain:\n{again}".encode())) == 1


@pytest.mark.parametrize(
    "text",
    [
        '[{"rl1_pin":6},{"rl1_pin":7}]',
        '{"rl1_pin":6}\n{"rl1_pin":7}\n',
        "rl1_pin:6,rl1_lv:1\nrl1_pin:7,rl1_lv:1",
        '{"user_param_key":{"rl1_pin":6}}\n{"user_param_key":{"rl1_pin":7}}',
        f"{{rl1_pin:3,rl1_lv:1}}\n{WORDS}",
    ],
    ids=["JSON list", "JSON lines", "no braces", "wrapped", "parameters and other words"],
)
def test_two_of_any_form_are_two(text: str) -> None:
    assert len(read_configurations(text.encode())) == 2


def test_what_is_no_configuration_is_refused_as_before(tmp_path: Path) -> None:
    path = tmp_path / "post.txt"
    for text in ("hello", "{}", "let pin = 26;", "&quot;rl1_pin", '{"pins":{"6":"Rel;1"}}'):
        path.write_text(text)
        assert read_configurations(text.encode()) == ()
        with pytest.raises(NotADumpError):
            read_log(path)


@pytest.mark.parametrize(
    "unit", one_in(3, ['{"', "'", "<a", "&amp;", "> ", "[,", "a:1,", '\\"', "- x on P", "`{"])
)
def test_hostile_posts_take_time_in_proportion(unit: str) -> None:
    def read(size: int) -> None:
        read_configurations((unit * (size // len(unit))).encode())

    assert grows_linearly(read, MAX_TEXT // 8)
