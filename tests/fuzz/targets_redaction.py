"""Targets that hide secrets: nothing planted stays, and a redacted file stays as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bekenlab.errors import RedactionError
from bekenlab.json_text import JsonError, read_json
from bekenlab.redaction.parameters import without_secrets
from bekenlab.redaction.placeholders import FoundSecrets
from bekenlab.redaction.redact import redact
from bekenlab.secrecy.hide import hide_text, hide_values
from bekenlab.secrecy.text import byte_spans
from bekenlab.tuya.boot_log.redact import find_secrets, redact_log, secret_spans
from bekenlab.tuya.names import is_schema, is_secret
from bekenlab.tuya.secret_fields import secret_spans as field_spans
from fuzz import seeds
from fuzz.model import FLASH, Target
from fuzz.real import real_texts
from fuzz.shown import rendered
from fuzz.targets_flash import each, file_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PLANTED = "Zx7PlantedSecret"
_PLACES = (
    "\n[01-01 18:12:15 TUYA N][lr:0x5bec1] ssid:MyNet passwd:{}\r\n",
    '\n{{"auth_key":"{}","uuid":"x"}}\n',
    "\nMqttPassword {}\n",
    "\nWebPassword={}\n",
    '\n"passwd":"{}"\n',
)


def _planted(text: str) -> str:
    """A text with a secret in a line of its own, in one of the places that are known."""
    return text + _PLACES[len(text) % len(_PLACES)].format(PLANTED)


def _log(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    find_secrets(text)
    assert PLANTED not in redact_log(_planted(text))


def _text(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert PLANTED not in hide_text(_planted(text))


def _spans(data: bytes) -> None:
    _inside(data, secret_spans(data.decode("latin-1")))


def _byte_spans(data: bytes) -> None:
    _inside(data, [(span.start, span.end) for span in byte_spans(data)])


def _inside(data: bytes, spans: Iterable[Sequence[Any]]) -> None:
    assert all(0 <= span[0] < span[1] <= len(data) for span in spans)


def _field_spans(data: bytes) -> None:
    name = _STORED[len(data) % len(_STORED)]
    _inside(data, [(span.start, span.end) for span in field_spans(name, data)])
    is_secret(name, data)
    is_schema(data)


def _parameters(data: bytes) -> None:
    without_secrets(data, FoundSecrets())


def _values(data: bytes) -> None:
    try:
        value: Any = read_json(data)
    except JsonError:
        return
    if isinstance(value, dict):
        hidden = hide_values({**value, "mqtt_pass": PLANTED, "deep": {"auth_key": [PLANTED]}})
        rendered(hidden)
        assert PLANTED not in json.dumps({name: hidden[name] for name in ("mqtt_pass", "deep")})


def _file(data: bytes) -> None:
    """A dump or a log, with a secret at its end: it goes, and doing it again changes nothing."""
    first = redact(file_of(data))
    assert PLANTED.encode() not in first.data
    try:
        again = redact(file_of(first.data))
    except RedactionError as error:
        raise AssertionError(f"redacted again: {error.message}") from error
    assert again.data == first.data, "redacted again, it changes"


def _dump(data: bytes) -> None:
    """A dump that was joined from several may be refused, but never comes out with the secret."""
    note = b'{"auth_key":"' + PLANTED.encode() + b'"}'
    _file(data + note.ljust(0x1000, b"\xff"))


def _whole_log(data: bytes) -> None:
    _file(_planted(data.decode("latin-1")).encode("latin-1"))


_STORED = ("gw_bi", "gw_wsm", "ap_info_v2", "x")
_TOKENS = (b"ssid:", b"passwd:", b'"auth_key":"', b"MqttPassword ", b"<redacted>", b"token=",
           b"-----BEGIN RSA PRIVATE KEY-----", b"-----END RSA PRIVATE KEY-----", b"mac: ",
           b"https://user:word@host/", b"REDACTED01", b"redacted0", b"01:23:45:67:89:ab",
           seeds.AUTH_KEY, seeds.WIFI_NAME, seeds.WIFI_PASSWORD)  # fmt: skip


def _texts() -> list[bytes]:
    return [*seeds.logs(), *seeds.texts()[:4], *seeds.templates(), seeds.identity(), seeds.wifi()]


REDACTION_TARGETS = (
    Target("redact-log", _log, _texts, real_texts, _TOKENS, weight=0.1, floor=0.5),
    Target("redact-text", _text, _texts, real_texts, _TOKENS),
    Target("redact-spans", _spans, _texts, real_texts, _TOKENS, weight=0.2),
    Target("redact-bytes", _byte_spans, _texts, real_texts, _TOKENS, weight=0.2),
    Target("redact-fields", _field_spans, _texts, real_texts, _TOKENS, weight=0.2),
    Target("redact-parameters", _parameters, _texts, real_texts, _TOKENS, weight=0.2),
    Target("redact-values", each(_values), lambda: [*seeds.templates(), *seeds.texts()[1:2],
                                                    *seeds.reports()[:2]],
           tokens=_TOKENS),
    Target("redact-file-log", _whole_log, seeds.logs, real_texts, _TOKENS, weight=0.02, floor=2.0),
    Target("redact-dump", _dump, lambda: [seeds.small_flash()], tokens=_TOKENS, limit=FLASH,
           weight=0.005, floor=1.0),
)  # fmt: skip
