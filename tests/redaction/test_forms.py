"""Secrets in the form they are stored in, and texts that no format describes."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bekenlab.redaction.forms import replaced
from bekenlab.redaction.placeholders import FoundSecrets
from bekenlab.redaction.texts import lone_token_spans
from bekenlab.secrecy.span import Form, SecretSpan
from bekenlab.secrecy.text import byte_spans


def one(stored: bytes, kind: str = "key", form: Form = "raw") -> tuple[bytes, bytes]:
    """What is written in its place, and the secret itself."""
    secrets = FoundSecrets()
    made = replaced(SecretSpan(0, len(stored), kind, form), stored, secrets)
    assert len(made) == len(stored)
    [secret] = secrets.by_value.values()
    return made, secret.value


@pytest.mark.parametrize(
    ("stored", "kind", "form", "made", "secret"),
    [
        (b"My Home Net", "wifi-name", "raw", b"REDACTED01x", b"My Home Net"),
        (base64.b64encode(b"My Home Net"), "wifi-name", "base64",
         base64.b64encode(b"REDACTED01x"), b"My Home Net"),
        (b"no base64!!", "wifi-name", "base64", b"REDACTED01x", b"no base64!!"),
        (b"1c:90:ff:a1:b2:c3", "mac", "raw", b"1c:90:ff:00:00:01", bytes.fromhex("1c90ffa1b2c3")),
        (b"1C-90-FF-A1-B2-C3", "mac", "raw", b"1C-90-FF-00-00-01", bytes.fromhex("1c90ffa1b2c3")),
        (b"1c90ffa1b2c3", "mac", "raw", b"1c90ff000001", bytes.fromhex("1c90ffa1b2c3")),
        (b"1C90FFA1B2C3", "mac", "raw", b"1C90FF000001", bytes.fromhex("1c90ffa1b2c3")),
        (b"1c:90-ff:a1-b2:c3", "mac", "raw", b"REDACTED01xxxxxxx", b"1c:90-ff:a1-b2:c3"),
        (b"1c90ffa1b2c3", "key", "raw", b"facade010000", b"1c90ffa1b2c3"),
        (b'pass\\"word\\\\', "wifi-password", "raw", b"REDACTED01xx", b'pass"word\\'),
        (b"caf\\u00e9 12", "wifi-password", "raw", b"REDACTED01xx", "café 12".encode()),
        (b"broken\\", "wifi-password", "raw", b"REDAC01", b"broken\\"),
        (b"\\ud800 half", "wifi-password", "raw", b"REDACTED01x", b"\\ud800 half"),
    ],
)  # fmt: skip
def test_the_form_stays(stored: bytes, kind: str, form: Form, made: bytes, secret: bytes) -> None:
    assert one(stored, kind, form) == (made, secret)


ESCAPED = st.lists(
    st.sampled_from([b"\\n", b'\\"', b"\\\\", b"\\u0031", b"\\u00e9", *map(bytes, zip(b"7aF ="))]),
    min_size=2,
).map(b"".join)


@given(
    st.binary(min_size=3, max_size=60) | ESCAPED.filter(lambda value: len(value) > 2),
    st.sampled_from(["raw", "base64", "number"]),
)
@example(b" \\n", "raw")  # two bytes when decoded: too short for a number
@example(b"12345\\u0036", "raw")  # digits only
@example(b"abc\\u0064ef", "raw")  # hexadecimal digits only
def test_any_bytes_keep_their_length_and_stay_redacted(value: bytes, form: Form) -> None:
    secrets = FoundSecrets()
    value = base64.b64encode(value) if form == "base64" else value
    span = SecretSpan(0, len(value), "key", form)
    made = replaced(span, value, secrets)
    assert len(made) == len(value)
    assert replaced(span, made, secrets) == made


def tokens(data: bytes) -> list[bytes]:
    return [data[s.start : s.end] for s in lone_token_spans(data)]


TOKEN = b"9876543210abcdef"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (TOKEN, [TOKEN]),
        (b"\x00" + TOKEN + b"\xff", [TOKEN]),
        (b"\xff" + TOKEN + b"\x00" + TOKEN + b"\x00", [TOKEN, TOKEN]),
        (b"\x01" + TOKEN + b"\x00", []),  # inside something else
        (b"\x00" + TOKEN + b"\x01", []),
        (TOKEN[:15], []),  # too short to be a key
        (b"abcdefghijklmnop", []),  # letters only
        (b"1234567890123456", []),  # digits only
        (b"1234567890.-:/12", []),
        (b"a1b2a1b2a1b2a1b2", []),  # a pattern: four different characters
        (b"a1b2c3da1b2c3da1", []),  # seven
        (b"a1b2c3d4a1b2c3d4", [b"a1b2c3d4a1b2c3d4"]),  # eight
        (b"some text 1234567", []),
        (b"mqtt7.example-cloud.com", []),
        (b"mqtt7.example-cloud.com:8883/path", []),
        (b"MQTT7.Example-Cloud.COM", []),
        (b"!" + TOKEN, []),  # no character of a token
    ],
)
def test_texts_that_look_like_keys(data: bytes, found: list[bytes]) -> None:
    assert tokens(data) == found
    assert {s.kind for s in lone_token_spans(data)} <= {"other"}


def pem(what: bytes, body: bytes) -> bytes:
    return b"-----BEGIN " + what + b"-----\n" + body + b"\n-----END " + what + b"-----\n"


LINES = [b"MIIEpAIBAAKCAQEA1f2k" * 3, b"k9Zp0Q+rJw8Xy7=="]


@pytest.mark.parametrize("what", [b"PRIVATE KEY", b"RSA PRIVATE KEY", b"EC PRIVATE KEY"])
def test_the_lines_of_a_private_key(what: bytes) -> None:
    data = b"before" + pem(what, b"\n".join(LINES)) + b"after"
    found = list(byte_spans(data))
    assert [data[s.start : s.end] for s in found] == LINES
    assert {s.kind for s in found} == {"key"}


@pytest.mark.parametrize("what", [b"CERTIFICATE", b"PUBLIC KEY"])
def test_what_is_public_stays(what: bytes) -> None:
    assert list(byte_spans(pem(what, b"\n".join(LINES)))) == []


def test_an_end_that_is_missing_takes_nothing() -> None:
    assert list(byte_spans(b"-----BEGIN PRIVATE KEY-----\n" + LINES[0])) == []
