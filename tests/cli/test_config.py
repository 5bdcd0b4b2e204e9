"""``bekenlab config`` as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bekenlab.openbeken.config import decode_config, new_config
from bekenlab.samples import build_sample
from bekenlab.secret import Secret
from cli.program import bekenlab

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "quite-secret-word"  # noqa: S105  made up
BROKER = "broker-word"
SECRETS = {"BEKENLAB_WIFI_PASSWORD": PASSWORD, "BEKENLAB_MQTT_PASSWORD": BROKER}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    (tmp_path / "word.txt").write_text("from-a-file\nsecond line\n")
    config = new_config(
        chip="BK7231N",
        unique=bytes.fromhex("aabbccdd"),
        values={
            "wifi_ssid": Secret(b"my-network"),
            "wifi_password": Secret(PASSWORD.encode()),
            "startup_command": f"startDriver NTP\nPassword1 {PASSWORD}; MqttPassword my {PASSWORD}",
        },
    )
    (tmp_path / "obk.bin").write_bytes(config.encode())
    return tmp_path


def make(folder: Path, *words: str, variables: dict[str, str] | None = None) -> dict[str, str]:
    run = bekenlab(
        "config", "make", *words, "-o", "new.bin", folder=folder, variables=variables or SECRETS
    )
    assert (run.status, run.err) == (0, ""), run.err
    config = decode_config((folder / "new.bin").read_bytes())
    values = config.values()
    return {
        name: value.reveal().decode() if isinstance(value, Secret) else str(value)
        for name, value in values.items()
    }


def test_make_from_a_dump(folder: Path) -> None:
    words = ("--wifi-ssid", "home", "--mqtt-host", "broker", "--mqtt-user", "me")
    values = make(folder, "--from", "plug.bin", *words)
    assert values["wifi_ssid"] == "home"
    assert (values["wifi_password"], values["mqtt_password"]) == (PASSWORD, BROKER)
    assert values["short_name"] == "obk4E1AB001"
    assert decode_config((folder / "new.bin").read_bytes()).pins()[-1].text == "Rel;1"


def test_make_says_what_to_know_of_the_pins(folder: Path) -> None:
    (folder / "curtain.txt").write_text("{rl1_pin:17,rl3_pin:15,dev_ctrl1:1,module:CBU}")
    run = bekenlab("config", "make", "--from", "curtain.txt", "-o", "new.bin", folder=folder)
    assert run.status == 0
    assert "warning: This is a curtain or shutter switch" in run.err
    command = decode_config((folder / "new.bin").read_bytes()).value("startup_command")
    assert "addChangeHandler Channel1 == 1 setChannel 3 0" in str(command)
    bekenlab("export", "new.bin", "--to", "openbeken", "-o", "new.json", folder=folder)
    run = bekenlab(
        "config", "make", "--from", "new.json", "--chip", "BK7231N", "-o", "2.bin", folder=folder
    )
    assert "warning: This is a curtain or shutter switch" in run.err, "it travels"


def test_the_password_can_come_from_a_file(folder: Path) -> None:
    words = ("--chip", "BK7231T", "--wifi-ssid", "home", "--wifi-password-file", "word.txt")
    values = make(folder, *words, variables={"X": ""})
    assert "from-a-file" in values.values()


def test_without_anybody_to_ask_a_missing_password_is_an_error(folder: Path) -> None:
    words = ("config", "make", "--chip", "BK7231N", "--wifi-ssid", "home", "-o", "new.bin")
    run = bekenlab(*words, folder=folder)
    assert run.status == 2
    assert "BEKENLAB_WIFI_PASSWORD" in run.err
    assert not (folder / "new.bin").exists()


def test_names_are_random_where_no_mac_is_known(folder: Path) -> None:
    first = make(folder, "--chip", "BK7231N")["mqtt_client"]
    (folder / "new.bin").unlink()
    assert first != make(folder, "--chip", "BK7231N")["mqtt_client"]


@pytest.mark.parametrize("field", ["wifi_password", "web_password"])
def test_a_password_is_not_taken_from_the_command_line(folder: Path, field: str) -> None:
    words = ("config", "edit", "obk.bin", "--set", f"{field}={PASSWORD}", "-o", "new.bin")
    run = bekenlab(*words, folder=folder)
    assert run.status == 2
    assert "bad-value" in run.err
    assert PASSWORD not in run.err


def test_show_hides_what_is_secret_unless_asked(folder: Path) -> None:
    hidden = ("my-network", PASSWORD, "AABBCCDD")
    for words in ([], ["--json"]):
        run = bekenlab("config", "show", "obk.bin", *words, folder=folder)
        assert (run.status, run.err) == (0, "")
        assert [word for word in hidden if word in run.out] == []
        assert max(map(len, run.out.splitlines())) <= 80 or words
        asked = bekenlab("config", "show", "obk.bin", "--show-secrets", *words, folder=folder)
        assert [word for word in hidden if word not in asked.out] == []


def test_json_has_every_field(folder: Path) -> None:
    [report] = bekenlab("config", "show", "obk.bin", "--json", folder=folder).reports
    assert (report["schema"], report["version"], report["offset"]) == (1, 5, 0)
    assert report["fields"]["wifi_ssid2"] == "", "empty is no secret"
    assert report["fields"]["mac"] == "00:00:00:00:00:00", "nor is one that is not set"
    assert report["fields"]["mqtt_port"] == 1883
    assert report["fields"]["led_gamma"] == 2.2
    assert report["flags"] == [{"number": 10, "name": "mqtt-state-on-connect"}]


def test_a_password_of_zeros_is_hidden_as_any_other(folder: Path) -> None:
    words = ("config", "edit", "obk.bin", "--ask", "web_password", "-o", "new.bin")
    bekenlab(*words, folder=folder, variables={"BEKENLAB_WEB_PASSWORD": "0000:0000"})
    assert "0000:0000" in bekenlab("config", "show", "new.bin", "--show-secrets", folder=folder).out
    for more in ([], ["--json"]):
        assert "0000:0000" not in bekenlab("config", "show", "new.bin", *more, folder=folder).out


def test_edit_writes_what_was_asked_for(folder: Path) -> None:
    words = ["--pin", "26=Rel;1", "--flag", "12", "--no-flag", "mqtt-state-on-connect"]
    words += ["--set", "button_long=15", "--ask", "web_password"]
    run = bekenlab(
        "config", "edit", "obk.bin", *words, "-o", "new.bin",
        folder=folder, variables={"BEKENLAB_WEB_PASSWORD": "letmein"},
    )  # fmt: skip
    assert (run.status, run.err) == (0, "")
    config = decode_config((folder / "new.bin").read_bytes())
    assert [(pin.gpio, pin.text) for pin in config.pins()] == [(26, "Rel;1")]
    assert config.value("flags") == frozenset({12})
    assert config.value("button_long") == 15
    web, wifi = config.value("web_password"), config.value("wifi_password")
    assert isinstance(web, Secret)
    assert isinstance(wifi, Secret)
    assert (web.reveal(), wifi.reveal()) == (b"letmein", PASSWORD.encode())


def test_a_file_is_replaced_only_when_asked(folder: Path) -> None:
    words = ("config", "edit", "obk.bin", "--set", "mqtt_host=x", "-o", "obk.bin")
    before = (folder / "obk.bin").read_bytes()
    run = bekenlab(*words, folder=folder)
    assert (run.status, (folder / "obk.bin").read_bytes()) == (7, before)
    assert bekenlab(*words, "--force", folder=folder).status == 0
    assert decode_config((folder / "obk.bin").read_bytes()).value("mqtt_host") == "x"


def test_diff_ends_with_6_when_they_differ(folder: Path) -> None:
    words = ("--set", "wifi_ssid=other", "--mqtt-port", "1884", "-o", "new.bin")
    bekenlab("config", "edit", "obk.bin", *words, folder=folder, variables=SECRETS)
    run = bekenlab("config", "diff", "obk.bin", "new.bin", "--json", folder=folder)
    assert (run.status, run.err) == (6, "")
    [report] = run.reports
    assert not report["same"]
    assert report["differences"] == [
        {"field": "wifi_ssid", "left": "<redacted>", "right": "<redacted>"},
        {"field": "mqtt_port", "left": 1883, "right": 1884},
    ]
    text = bekenlab("config", "diff", "obk.bin", "new.bin", folder=folder)
    assert "different" in text.out
    assert "my-network" not in text.out
    same = bekenlab("config", "diff", "obk.bin", "obk.bin", folder=folder)
    assert (same.status, same.out) == (0, "The configurations are the same.\n")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["show", "plug.bin"], 9, "no-config"),
        (["show", "missing.bin"], 9, "file-access"),
        (["make", "--chip", "ESP32", "-o", "x"], 8, "unsupported"),
        (["make", "-o", "x"], 8, "unsupported"),
        (["make", "--chip", "BK7231N", "--pin", "26", "-o", "x"], 2, "--pin"),
        (["make", "--chip", "BK7231N", "--set", "mqtt_port", "-o", "x"], 2, "--set"),
        (["make", "--chip", "BK7231N", "--flag", "99", "-o", "x"], 2, "bad-value"),
        (["make", "--chip", "BK7231N", "--pin", "26=Foo", "-o", "x"], 2, "bad-value"),
    ],
)
def test_errors_have_their_status(folder: Path, words: list[str], status: int, said: str) -> None:
    run = bekenlab("config", *words, folder=folder)
    assert run.status == status
    assert said in run.err
    assert not (folder / "x").exists()


def test_nothing_secret_is_in_any_output(folder: Path) -> None:
    run = bekenlab(
        "config", "make", "--from", "plug.bin", "--wifi-ssid", "home", "-o", "n.bin",
        folder=folder, variables=SECRETS,
    )  # fmt: skip
    assert PASSWORD not in json.dumps([run.out, run.err])
    assert run.out == "n.bin: for BK7231N, flash it at 0x1D1000\n"
