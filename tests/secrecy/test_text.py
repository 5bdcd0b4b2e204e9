"""Secrets in text of any form, by the names before them."""

import base64
import json
import time

import pytest

from bekenlab.secrecy.text import byte_spans, named_spans, text_spans


def found(text: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in text_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        'passwd:"hunter22"',
        "passwd:'hunter22'",
        "passwd=hunter22",
        "passwd = hunter22;x",
        '{"passwd":"hunter22","lv":1}',
        r'{"a":"{\"passwd\":\"hunter22\"}"}',
        json.dumps(json.dumps(json.dumps({"passwd": "hunter22"}))),
        "passwd -> hunter22",
        "passwd: is hunter22",
        "passwd: -- 12 -- hunter22",
        "get passwd:value:hunter22",
        "x&passwd=hunter22&y=1",
        "PASSWD:hunter22",
        "my_PASSWD_2: hunter22, more",
        "passwd:[hunter22]",
        "Password1 hunter22",
        'Password1 "hunter22"',
        "Web_Password hunter22",
    ],
)
def test_a_password_is_found(text: str) -> None:
    shown = "".join(value for _, value in found(text))
    assert "hunter22" in shown
    assert not any(other in shown for other in ("lv", "more", "y=1"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "passwd",
        "passwd:",
        'passwd:""',
        "the passwd is hunter22",
        "passwd:%s",
        "passwd:-%s-",
        "passwd:<redacted>",
        "Password1 <redacted>",
        "ssid:tuya_mdev_test1",
        "Ssid1 tuya_mdev_test1",
        "pwd:123",
        "pwd:-12",
        "product_key:abcdefgh",
        "compass hunter22",
        "Password1",
        "Basic course",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("value", ["1234", "-1234", "12a"])
def test_longer_numbers_are_secret(value: str) -> None:
    assert found(f"passwd={value}") == [("wifi-password", value)]


def test_each_secret_is_named_by_its_kind_and_in_order() -> None:
    text = "token=abcd uuid:wxyz; ssid:'My Net' http://me:pw@host/ Password1 two words; rest"
    assert found(text) == [
        ("token", "abcd"),
        ("uuid", "wxyz"),
        ("wifi-name", "My Net"),
        ("other", "me:pw"),
        ("wifi-password", "two words"),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('local_key:{"a":{"b":1},"c":[2]} rest', '{"a":{"b":1},"c":[2]}'),
        ("local_key:[1,[2,3]] rest", "[1,[2,3]]"),
        ("local_key:{never closed", "{never closed"),
        ("local_key:{" + "x" * 5000, "{" + "x" * 1999),
    ],
)
def test_all_of_a_nested_value_is_secret(text: str, value: str) -> None:
    assert found(text) == [("key", value)]


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("see http://me:secret@host/x", "me:secret"),
        ("see mqtt://me@host", "me"),
        ("rtsp://me:a/b@10.0.0.1:554/", "me:a/b"),
    ],
)
def test_a_login_in_an_address(text: str, login: str) -> None:
    assert found(text) == [("other", login)]


@pytest.mark.parametrize("text", ["http://host/x", "http://host:80/a@b", "http://@host"])
def test_an_address_without_a_login(text: str) -> None:
    assert found(text) == []


def test_arguments_of_an_address_that_log_in() -> None:
    assert found("GET /x?User=me&pw=hunter22&page=7&P=q") == [
        ("other", "me"),
        ("other", "hunter22"),
        ("other", "q"),
    ]


def test_http_authorization() -> None:
    coded = base64.b64encode(b"me:hunter22").decode()
    assert found(f"Proxy: Basic {coded}") == [("token", coded)]
    assert found(f"Authorization: Basic {coded}")[-1][1].endswith(coded)
    assert found("bearer abcdefgh.ijkl") == [("token", "abcdefgh.ijkl")]
    assert found("bearer abcdefg") == []


def test_secrets_that_overlap_are_one() -> None:
    text = "ssid=http://me:secret@host rest"
    [(kind, value)] = found(text)
    assert kind == "wifi-name"
    assert value == "http://me:secret@host"
    text = "http://me:token=abcdefgh@host"
    [(_, value)] = found(text)
    assert "abcdefgh" in value
    assert "me:" in value


def test_a_name_inside_a_secret_is_part_of_it() -> None:
    text = 'passwd:"my token=abcdefgh" uuid=wxyz'
    spans = [text[span.start : span.end] for span in named_spans(text)]
    assert spans == ["my token=abcdefgh", "wxyz"]


def test_a_letter_whose_lower_case_is_longer_does_not_shift_the_place() -> None:
    text = "İİİ PASSWD=hunter22 ok"
    assert found(text) == [("wifi-password", "hunter22")]


def test_only_what_has_a_long_enough_name_in_reach_counts() -> None:
    assert found("x" * 39 + "_passwd=hunter22")[0][1] == "hunter22"


def test_in_flash_zeros_and_erased_flash_end_a_text() -> None:
    data = b"\x01passwd=hunter22\xffssid=Home\x00rest pwd=abc"
    spans = list(byte_spans(data, 100))
    assert [data[s.start - 100 : s.end - 100] for s in spans] == [b"hunter22", b"Home", b"abc"]
    spans = list(byte_spans(data, shortest=4))
    assert [data[s.start : s.end] for s in spans] == [b"hunter22", b"Home"]


def test_many_names_cost_no_more_than_their_length() -> None:
    begin = time.process_time()
    for odd in ("passwd" * 5_000, 'passwd:"' * 5_000, "passwd:{" * 5_000, "ssid " * 5_000):
        text_spans(odd)
    assert time.process_time() - begin < 3


@pytest.mark.parametrize("sign", ["=", " = ", ": ", " -> "])
def test_a_sign_between_a_command_and_its_argument_is_no_part_of_it(sign: str) -> None:
    assert [value for _, value in found(f"Password1{sign}hunter22")] == ["hunter22"]
