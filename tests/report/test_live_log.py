"""A log shown line by line: whole lines, in order, and never what is personal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.report.live_log import LiveLog
from boot_logs import KEY, STAMP, boot

LOG = boot("key_list", "config_block") + (
    f"{STAMP}get kvs:\r\n{KEY} \r\n"
    f"{STAMP}ssid:Villa Bellevue 7, passwd:correct horse battery\r\n"
    "Netcfg Finish. type:1, new_type:0x1, ssid:My Home, passwd:pass word 1, nc_tp:3\r\n"
    "ty uuid=0123456789abcdef auth_key=aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE\r\n"
    "found Villa Bellevue 7 again\r\n"
    f"{STAMP}mf_init succ"
)
SECRETS = (
    KEY,
    KEY[:14],
    KEY[-14:],
    "Bellevue",
    "correct horse",
    "battery",
    "My Home",
    "pass word",
    "0123456789abcdef",
    "aB3dE5gH7jK9",
)


def shown(text: str, size: int, *, show_secrets: bool = False) -> list[str]:
    log = LiveLog(show_secrets=show_secrets)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [line for piece in pieces for line in log.feed(piece)] + log.end()


@pytest.mark.parametrize("size", [*range(1, 20), 31, 59, 97, 256, 1000, len(LOG)])
def test_pieces_of_every_size_never_show_a_secret(size: int) -> None:
    lines = shown(LOG, size)
    whole = "\n".join(lines)
    assert [secret for secret in SECRETS if secret in whole] == []
    assert len(lines) == LOG.count("\n") + 1
    assert lines[-1] == f"{STAMP}mf_init succ"
    for told in ("get key:", "get kvs:", "rl1_pin: is 26", "Netcfg Finish. type:1"):
        assert told in whole


@pytest.mark.parametrize("size", [1, 7, len(LOG)])
def test_secrets_are_shown_when_asked_for(size: int) -> None:
    assert shown(LOG, size, show_secrets=True) == LOG.replace("\r", "").split("\n")


def test_a_line_is_given_as_soon_as_it_is_complete() -> None:
    log = LiveLog()
    assert log.feed("one") == []
    assert log.feed(" line\r") == []
    assert log.feed("\nand") == ["one line"]
    assert log.feed(" more\n\n") == ["and more", ""]
    assert log.end() == []
    assert log.feed("rest") == []
    assert log.end() == ["rest"]
    assert log.end() == []


def test_a_key_is_hidden_however_late_its_line_comes() -> None:
    log = LiveLog()
    assert log.feed("get key:\r\n") == ["get key:"]
    assert log.feed("0x1a 0x2b 0x3c") == []
    [line] = log.feed(f"{KEY[14:]} \r\n")
    assert "0x" not in line


def test_the_terminal_is_left_alone() -> None:
    [line] = LiveLog().feed("\x1b[2J\x07forged\rline \u202egnp.exe\n")
    assert not set(line) & set("\x1b\x07\r\u202e")
    assert "forged" in line


def test_without_marks_nothing_stands_for_what_is_no_text() -> None:
    log = LiveLog(marks=False)
    assert log.feed("\ufffd\x00[0\ufffd;1m ready\x07\n\ufffd\x00\n\nend\n") == [
        "[0;1m ready",
        "",
        "end",
    ]
    assert LiveLog().feed("\x00a\n") == ["\ufffda"], "a terminal is told of it"


@given(
    st.lists(st.text(alphabet="ab \r\n:0x1fsidkey", max_size=30), max_size=12),
    st.booleans(),
)
def test_lines_are_neither_lost_nor_invented(pieces: list[str], show: bool) -> None:
    log = LiveLog(show_secrets=show)
    lines = [line for piece in pieces for line in log.feed(piece)]
    text = "".join(pieces)
    assert len(lines) == text.count("\n")
    lines += log.end()
    assert len(lines) == text.count("\n") + (not text.endswith("\n") and text != "")


def test_a_line_that_never_ends_is_cut_and_shows_no_half_of_a_secret() -> None:
    word = "correct horse battery"
    for before in range((1 << 14) - 60, (1 << 14) + 60, 7):
        lines = shown("." * before + f" ssid:My Home, passwd:{word} " + "x" * 100_000, 4096)
        assert len(lines) == 1
        assert len(lines[0]) < 1 << 14
        assert lines[0].endswith("[the line goes on and was cut]")
        assert word[:4] not in lines[0]


def test_the_line_after_one_that_was_cut_is_shown() -> None:
    assert shown("x" * 100_000 + "\nnext\n", 1000)[1:] == ["next"]
    assert shown("x" * (1 << 14) + "\nnext", 1000) == ["x" * (1 << 14), "next"]
