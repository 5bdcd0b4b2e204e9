"""Captured logs without their secrets: lines and pins stay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import NotADumpError, RedactionError
from bekenlab.redaction.log import LogRedactor, is_log
from bekenlab.redaction.redact import Redaction, redact
from bekenlab.tuya.boot_log.read import parse_boot_log
from boot_logs import boot
from shared import shared

HEAD = "V:BK7231N_1.0.1\r\n"
STAMP = "[01-01 18:12:16 TUYA N][lr:0x603b7] "


def run(text: str | bytes) -> Redaction:
    data = text.encode() if isinstance(text, str) else text
    return redact(InputFile("capture.log", Path("capture.log"), data))


def test_secrets_become_placeholders_of_the_same_length() -> None:
    log = f"{HEAD}{STAMP}ssid:My Home Net,passwd:correct horse\r\n{STAMP}again My Home Net\r\n"
    made = run(log)
    assert len(made.data) == len(log)
    assert b"My Home Net" not in made.data
    assert b"correct horse" not in made.data
    assert made.data.count(b"\r\n") == log.count("\r\n")
    assert {row.kind for row in made.replacements} == {"wifi-name", "wifi-password"}
    assert (made.searched, made.secrets) == (("the log",), 2)
    assert "redact-unchecked" in [notice.code for notice in made.notices]


@pytest.mark.parametrize("coded", ["48656c6c6f4e6574776f726b", "SGVsbG9OZXR3b3Jr"])
def test_other_spellings_go_as_well(coded: str) -> None:
    made = run(f"{HEAD}{STAMP}ssid:HelloNetwork\n{STAMP}x {coded} y\n")
    assert coded.encode() not in made.data


def test_pins_and_parameters_stay() -> None:
    log = boot("key_list") + f"{STAMP}token: AZ12Kd93xx\n"
    made = run(log)
    before, after = parse_boot_log(log), parse_boot_log(made.data)
    assert after.parameters == before.parameters
    assert b"AZ12Kd93xx" not in made.data


def test_redacting_again_changes_nothing() -> None:
    once = run(
        f"{HEAD}{STAMP}ssid:My Home Net,passwd:correct horse\n{STAMP}serial_no:10d561f743c1\n"
    )
    twice = run(once.data)
    assert twice.data == once.data
    assert (twice.secrets, twice.replacements) == (0, ())


def test_utf_16_becomes_utf_8() -> None:
    made = run(("\ufeff" + f"{HEAD}{STAMP}ssid:My Home Net,passwd:x y z\n").encode("utf-16-le"))
    assert made.data.decode("utf-8").startswith("V:BK7231N_1.0.1")
    assert b"My Home Net" not in made.data


def test_a_failed_check_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LogRedactor, "_anywhere", lambda _self: None)
    with pytest.raises(RedactionError):
        run(f"{HEAD}{STAMP}ssid:Casa123,passwd:x\n{STAMP}Casa123\n")


def test_each_secret_is_counted_where_it_was() -> None:
    made = run(f"{HEAD}{STAMP}ssid:Home 12,passwd:correct horse\n{STAMP}Home 12, Home 12\n")
    assert {(row.kind, row.place, row.count) for row in made.replacements} == {
        ("wifi-name", "log", 1),
        ("wifi-password", "log", 1),
        ("wifi-name", "elsewhere in the log", 2),
    }
    assert made.spellings > 10
    assert [notice.code for notice in made.notices] == ["redact-unchecked"]


def test_words_the_log_needs_stay_and_are_named_by_their_kind() -> None:
    log = boot("key_list") + f"{STAMP}ssid:module,passwd:reset_t\n"
    made = run(log)
    assert parse_boot_log(made.data).parameters == parse_boot_log(log).parameters
    assert b"ssid:module" not in made.data
    assert b"passwd:reset_t" not in made.data
    first, last = made.notices
    assert (first.code, last.code) == ("redact-common-word", "redact-unchecked")
    assert first.message.endswith(
        ": 2 (wifi-name, wifi-password). They were replaced only where they are labelled."
    )


def test_a_secret_that_is_no_word_of_the_log_goes_everywhere() -> None:
    """Digits in it: nothing else in a log is spelt like that."""
    log = boot("key_list") + f"{STAMP}ssid:relay99\n{STAMP}joined relay99\n"
    assert b"relay99" not in run(log).data


def test_an_address_keeps_its_length_and_is_one_secret_in_both_spellings() -> None:
    made = run(f"{HEAD}{STAMP}mac:1c:90:ff:a1:b2:c3\n{STAMP}again 1c:90:ff:a1:b2:c3\n")
    assert b"a1:b2:c3" not in made.data
    assert made.secrets == 1
    assert run(made.data).secrets == 0


@pytest.mark.parametrize(
    ("data", "log"),
    [
        (HEAD.encode(), True),
        (STAMP.encode() + b"mf_init succ\n", True),
        (b"\0\0\0" + HEAD.encode(), True),
        (b"x\0y" + HEAD.encode(), False),
        (b"x\0y" + STAMP.encode() + b"mf_init succ\n", True),
        (b"just a line\n", False),
        (b"", False),
    ],
)
def test_what_is_a_log(data: bytes, log: bool) -> None:
    """Terminals leave zeros in their captures; a dump with a log's first line in it is none."""
    assert is_log(data) is log


def test_a_log_whose_pins_would_change_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    real = LogRedactor._anywhere

    def broken(self: LogRedactor) -> None:
        real(self)
        self.data = self.data.replace(b"rl1_pin: is 26", b"rl1_pin: is 24")

    monkeypatch.setattr(LogRedactor, "_anywhere", broken)
    with pytest.raises(RedactionError, match="would change the parameters"):
        run(boot("key_list"))


def test_other_text_is_no_log() -> None:
    with pytest.raises(NotADumpError):
        run("Dear all, my password is swordfish.\n")


@given(st.binary(max_size=300))
def test_any_bytes_after_a_log_are_redacted_or_refused(rest: bytes) -> None:
    log = HEAD.encode() + b"ssid:My Home Net,passwd:correct horse\n" + rest
    try:
        made = run(log)
    except (RedactionError, NotADumpError):
        return
    assert b"correct horse" not in made.data


def test_the_log_of_a_real_device() -> None:
    data = shared("data", "bootlogs", "real-device-emax-8774-wb2s.log").read_bytes()
    made = run(data)
    assert len(made.data) == len(data)
    assert made.secrets >= 3
    assert parse_boot_log(made.data).parameters == parse_boot_log(data).parameters
    assert run(made.data).data == made.data
