"""Secrets in a pin configuration go; pins, other parameters and the checksum stay right."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyses import oem_cfg, storage, with_regions
from bekenlab.analysis.inputs import InputFile
from bekenlab.redaction.parameters import without_secrets
from bekenlab.redaction.placeholders import FoundSecrets
from bekenlab.redaction.redact import redact
from bekenlab.tuya.parameters.format import format_parameters
from bekenlab.tuya.parameters.parser import parse_parameters
from bekenlab.tuya.storage.read import read_storage

VALUES = {"rl1_pin": 26, "rl1_lv": 1, "wifi_pass": "correcthorse", "authkey": "Zq8Lm2Xc5Vb7",
          "module": "CB2S"}  # fmt: skip


def text(**more: object) -> bytes:
    return format_parameters({**VALUES, **more}, crc=True).encode()  # type: ignore[dict-item]


def test_only_what_is_named_like_a_secret_is_replaced() -> None:
    before = text()
    after, spans = without_secrets(before + b"\0\xff", FoundSecrets())
    old, new = parse_parameters(before), parse_parameters(after)
    assert len(after) == len(before) + 2
    assert [span.kind for span in spans] == ["wifi-password", "key"]
    assert new.crc_ok
    assert {n: v for n, v in new.values.items() if n not in ("wifi_pass", "authkey", "crc")} == {
        n: v for n, v in old.values.items() if n not in ("wifi_pass", "authkey", "crc")
    }
    assert str(new.values["wifi_pass"]).startswith("redacted")


@settings(max_examples=200)
@given(st.from_regex(r"[A-Za-z0-9]{8,20}", fullmatch=True))
@example("01qsr10s0c7")  # one digit for the checksum, and one to choose
def test_the_checksum_is_right_whatever_the_secret(secret: str) -> None:
    after, _ = without_secrets(text(mqtt_pass=secret), FoundSecrets())
    assert parse_parameters(after).crc_ok
    again, spans = without_secrets(after, FoundSecrets())
    assert (again, spans) == (after, ())


def test_without_secrets_nothing_changes() -> None:
    plain = b"{rl1_pin:26,rl1_lv:1,keynumber:3,key_pin:7,crc:12,}"
    assert without_secrets(plain, FoundSecrets()) == (plain, ())


@pytest.mark.parametrize("where", ["storage", "plain"])
def test_a_dump(where: str) -> None:
    regions = storage(user_param_key=text() + b"\0") if where == "storage" else oem_cfg(text())
    data = with_regions(regions)
    made = redact(InputFile("dump.bin", Path("dump.bin"), data)).data
    if where == "storage":
        found = read_storage(made)
        assert found
        kept = found.value("user_param_key") or b""
    else:
        kept = made[0x1D4000:0x1D5000]
        assert b"correcthorse" in data
    assert b"correcthorse" not in kept
    assert b"rl1_pin:26,rl1_lv:1" in kept
    assert parse_parameters(kept).crc_ok
