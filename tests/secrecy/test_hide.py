"""Hiding secrets in texts and in values such as JSON."""

from typing import Any

import pytest

from bekenlab.secrecy.hide import hide_text, hide_value, hide_values

GONE = "<redacted>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("nothing to hide: 26", "nothing to hide: 26"),
        ("ssid=Home passwd=hunter22 lv=1", f"ssid={GONE} passwd={GONE} lv=1"),
        ("passwd=hunter22", f"passwd={GONE}"),
    ],
)
def test_only_the_secrets_of_a_text_go(text: str, shown: str) -> None:
    assert hide_text(text) == shown
    assert hide_text(shown) == shown


def test_values_are_hidden_at_any_depth() -> None:
    whole = {
        "name": "lamp",
        "net": [{"ssid": "Home", "channel": 6}, ("passwd=hunter22", 7)],
        "token": {"a": 1},
        "local_key": [1, 2],
        "uuid": 0,
    }
    assert hide_values(whole) == {
        "name": "lamp",
        "net": [{"ssid": GONE, "channel": 6}, [f"passwd={GONE}", 7]],
        "token": GONE,
        "local_key": GONE,
        "uuid": GONE,
    }


@pytest.mark.parametrize("value", [True, False, None, ""])
def test_that_there_is_no_secret_is_none(value: Any) -> None:
    assert hide_value("passwd", value) is value


@pytest.mark.parametrize(
    ("value", "shown"),
    [("26", "26"), ("-1", "-1"), ("1234", "1234"), ("12345", GONE), ("hunter22", GONE), (26, 26)],
)
def test_a_pin_is_a_short_number(value: Any, shown: Any) -> None:
    assert hide_value("rl1_PIN", value) == shown


@pytest.mark.parametrize("name", ["pins", "rl1_lv"])
def test_a_text_where_no_pin_is_expected_stays(name: str) -> None:
    assert hide_value(name, "hunter22") == "hunter22"


@pytest.mark.parametrize("wrap", [lambda v: {"x": v}, lambda v: [v]], ids=["objects", "lists"])
def test_what_is_nested_too_deeply_to_be_looked_at_is_hidden(wrap: Any) -> None:
    value: Any = 7
    for _ in range(64):
        value = wrap(value)
    assert GONE not in str(hide_value("x", value))
    assert "7" not in str(hide_value("x", wrap(value)))
    assert GONE in str(hide_value("x", wrap(value)))
    deep = hide_values({"x": [[26]]}, depth=1)
    assert deep == {"x": [GONE]}
