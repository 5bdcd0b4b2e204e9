"""``bekenlab obk`` as a user runs it, against a device that behaves as a real one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bekenlab.samples import build_sample
from bekenlab.secret import Secret
from cli.program import Run, bekenlab
from lan.devices import NEW_BUILD, package
from lan.fake import FakeDevice
from loopback import loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bekenlab.openbeken.config import Value

STARTUP = "startDriver NTP\nPassword1 geheim123"
SECRETS = ("geheim123", "heimnetz", "59A1B2C3", "59a1b2c3", "a1:b2:c3", "A1:B2:C3")


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    with FakeDevice() as device:
        firmware = device.firmware
        firmware.set_pin(10, role=3, channel=1, channel2=2)
        values: dict[str, Value] = {
            "startup_command": STARTUP,
            "wifi_ssid": Secret(b"heimnetz"),
            "wifi_password": Secret(b"geheim123"),
        }
        firmware.config = firmware.config.with_values(values)
        firmware.pending = True
        yield device


def obk(fake: FakeDevice, *words: str, folder: Path, **variables: str) -> Run:
    command, *rest = words
    host = str(fake.host)
    state = {"XDG_STATE_HOME": str(folder / "state")}
    group = ["config", rest.pop(0)] if command == "config" else [command]
    return bekenlab("obk", *group, host, *rest, folder=folder, variables=state | variables)


def test_devices_are_found_and_looked_at_without_secrets(fake: FakeDevice, tmp_path: Path) -> None:
    scan = bekenlab("obk", "scan", "127.0.0.1", "--http-port", str(fake.port))
    info = obk(fake, "info", folder=tmp_path)
    pins = obk(fake, "pins", folder=tmp_path)
    config = obk(fake, "config", "show", folder=tmp_path)
    for run in (scan, info, pins, config):
        assert (run.status, run.err) == (0, "")
        assert [secret for secret in SECRETS if secret in run.out] == []
        assert max(map(len, run.out.splitlines())) <= 80
    assert f"{fake.host}   obkxxxxxxxx   BK7231N   1.18.300   3c:0b:59:xx:xx:xx" in scan.out
    assert "Password1 <redacted>" in info.out
    assert "P10    Btn    1         2" in pins.out
    assert "wifi_password" in config.out
    shown = obk(fake, "info", "--show-secrets", folder=tmp_path).out
    assert "obk59A1B2C3" in shown
    assert "Password1 geheim123" in shown


def test_json_is_one_result_behind_what_happened(fake: FakeDevice, tmp_path: Path) -> None:
    first, last = obk(fake, "info", "--json", folder=tmp_path).reports
    assert (first["event"], first["command"]) == ("hello", "obk info")
    assert (last["event"], last["exit"], last["chip"]) == ("result", 0, "BK7231N")
    assert [secret for secret in SECRETS if secret in json.dumps(last)] == []
    [*_, last] = obk(fake, "command", "Frob", "--json", folder=tmp_path).reports
    assert (last["exit"], last["error"]["code"]) == (5, "device-refused")


def test_a_command_runs_and_one_that_loses_something_needs_a_yes(
    fake: FakeDevice, tmp_path: Path
) -> None:
    run = obk(fake, "command", "Power", "TOGGLE", folder=tmp_path)
    assert (run.status, json.loads(run.out)) == (0, {"POWER": "ON"})
    run = obk(fake, "command", "backlog echo 1; clearConfig", folder=tmp_path)
    assert (run.status, fake.firmware.commands) == (7, ["Power TOGGLE"])
    assert "all settings" in run.err
    run = obk(fake, "command", "clearConfig", "--dry-run", folder=tmp_path)
    assert (run.status, len(fake.firmware.commands)) == (0, 1)
    assert obk(fake, "command", "clearConfig", "--yes", folder=tmp_path).status == 0
    assert fake.firmware.commands[-1] == "clearConfig"


def test_apply_is_planned_asked_done_and_undone(fake: FakeDevice, tmp_path: Path) -> None:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    planned = obk(fake, "apply", "plug.bin", "--dry-run", folder=tmp_path)
    assert planned.status == 0
    assert "P26 - Rel;1" in " ".join(planned.out.split())
    assert [secret for secret in SECRETS if secret in planned.out] == []
    assert obk(fake, "apply", "plug.bin", folder=tmp_path).status == 7
    assert not [request for request in fake.requests if request.startswith("POST")]
    run = obk(fake, "apply", "plug.bin", "--yes", "--no-restart", "--json", folder=tmp_path)
    [*_, result] = run.reports
    assert (result["exit"], result["verified"], result["restarted"]) == (0, True, False)
    assert result["plan"]["startup_command"]["before"].endswith("Password1 <redacted>")
    assert fake.firmware.columns()[0][26] == 1
    kept = result["kept"]
    assert kept.startswith(str(tmp_path / "state"))
    assert [secret for secret in SECRETS if secret in run.out] == []
    undone = obk(fake, "config", "restore", kept, "--yes", folder=tmp_path)
    assert (undone.status, "the device runs with them" in undone.out) == (0, True)
    assert fake.firmware.columns()[0][26] == 0
    assert fake.firmware.text("startup_command") == STARTUP


def test_a_backup_is_a_folder_and_there_is_only_one(fake: FakeDevice, tmp_path: Path) -> None:
    run = obk(fake, "backup", "-o", "plug", "--part", "config", "--part", "rf", folder=tmp_path)
    assert (run.status, run.err) == (0, "")
    names = {path.name for path in (tmp_path / "plug").iterdir()}
    assert names == {"config.bin", "rf.bin", "manifest.json"}
    again = obk(fake, "backup", "-o", "plug", folder=tmp_path)
    assert (again.status, "code refused, exit 7" in again.err) == (7, True)


def test_an_update_is_checked_done_and_seen(fake: FakeDevice, tmp_path: Path) -> None:
    (tmp_path / "t.rbl").write_bytes(package("BK7231T"))
    (tmp_path / "n.rbl").write_bytes(package())
    assert obk(fake, "ota", "t.rbl", "--yes", folder=tmp_path).status == 7
    assert obk(fake, "ota", "n.rbl", folder=tmp_path).status == 7
    run = obk(fake, "ota", "n.rbl", "--yes", folder=tmp_path)
    assert (run.status, NEW_BUILD in run.out) == (0, True)
    assert fake.firmware.updates == 1


def test_a_web_password_comes_from_the_environment(fake: FakeDevice, tmp_path: Path) -> None:
    fake.password = "tuer"  # noqa: S105  of the fake device
    run = obk(fake, "info", folder=tmp_path)
    assert (run.status, "code web-password, exit 7" in run.err) == (7, True)
    run = obk(fake, "info", folder=tmp_path, BEKENLAB_WEB_PASSWORD="tuer")  # noqa: S106
    assert run.status == 0
    assert obk(fake, "info", "--ask-password", folder=tmp_path).status == 2, "Without a terminal"


def test_what_a_device_calls_itself_cannot_move_the_cursor(
    fake: FakeDevice, tmp_path: Path
) -> None:
    fake.firmware.config = fake.firmware.config.with_values({"short_name": "\x1b[2J\x07lamp\u202e"})
    fake.firmware.role_names[3] = "\x1b]0;x\x07"
    for words in (["info"], ["pins"], ["apply", "x.json", "--dry-run"]):
        (tmp_path / "x.json").write_text('{"pins": {"26": "Rel;1"}}')
        run = obk(fake, *words, folder=tmp_path)
        assert run.status == 0
        assert not set("\x1b\x07\u202e") & set(run.out)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["info", "127.0.0.1:9"], 3, "no-host"),
        (["info", "no/host"], 2, "bad-value"),
        (["scan", "8.8.8.0/24"], 7, "refused"),
        (["scan", "10.0.0.0/8"], 2, "usage"),
        (["ota", "127.0.0.1:9", "missing.rbl"], 9, "file-access"),
    ],
)
def test_errors_end_with_their_status_and_say_what_to_do(
    words: list[str], status: int, code: str
) -> None:
    run = bekenlab("obk", *words)
    assert (run.status, f"code {code}, exit {status}" in run.err) == (status, True)
    assert "  try: " in run.err


@pytest.mark.parametrize("words", [["info"], ["pins"], ["command", "Power", "ON"]])
def test_a_plain_web_server_is_not_taken_for_a_device(words: list[str]) -> None:
    with loopback() as server:
        host = server.address.removeprefix("http://")
        run = bekenlab("obk", words[0], host, *words[1:])
    assert (run.status, "code not-openbeken, exit 5" in run.err) == (5, True)
