"""What is read out of OpenBeken's log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.openbeken.boot_log import ConfigVerdict, ObkBootLog, read_boot_log

STARTED = """\
OpenBK7231N, version 1.18.300
Warn:CFG:CFG_InitAndLoad: Correct config has been loaded with 0 changes count.
Info:MAIN:Using SSID [our [odd] home]
Info:MAIN:Using Pass [secret]
Info:MAIN:Main_Init_After_Delay done
"""
REJECTED = """\
OpenBK7231T, version 1.17.5
Warn:CFG:CFG_InitAndLoad: Config crc or ident mismatch. Default config will be loaded.
Info:MAIN:Using SSID []
"""


def test_a_start_with_its_configuration() -> None:
    log = read_boot_log(STARTED)
    assert (log.name, log.version) == ("OpenBK7231N", "1.18.300")
    assert log.config is ConfigVerdict.TAKEN
    assert log.uses(b"our [odd] home") is True
    assert log.uses(b"another") is False
    assert log.told_all
    assert "odd" not in repr(log)


def test_a_start_without_it() -> None:
    log = read_boot_log(REJECTED)
    assert log.config is ConfigVerdict.REJECTED
    assert log.uses(b"") is True
    assert not log.told_all


def test_of_several_starts_the_last_one_counts() -> None:
    assert read_boot_log(STARTED + REJECTED).config is ConfigVerdict.REJECTED
    assert read_boot_log(REJECTED + STARTED).config is ConfigVerdict.TAKEN


@pytest.mark.parametrize("text", ["", "V:BK7231N_1.0.1\r\n", STARTED[:20]])
def test_what_says_nothing(text: str) -> None:
    log = read_boot_log(text)
    assert log.config is ConfigVerdict.UNSEEN
    assert log.uses(b"") is None


@given(st.text())
def test_any_text_gives_an_answer(text: str) -> None:
    assert isinstance(read_boot_log(text), ObkBootLog)
