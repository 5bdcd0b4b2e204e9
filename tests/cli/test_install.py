"""Installing, rehearsing and undoing as a user runs them, on virtual chips."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.samples import build_sample
from cli.program import Run, bekenlab
from shared import dump

if TYPE_CHECKING:
    from pathlib import Path

WIFI = {"BEKENLAB_WIFI_PASSWORD": "not a secret 1"}
WIRE = "virtual://bk7231n?image=chip.bin&write_back=chip.bin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chip.bin").write_bytes(build_sample())
    (tmp_path / "obk.bin").write_bytes(dump("openbk7231n-qio-1.18.300"))
    return tmp_path


def run(folder: Path, *words: str) -> Run:
    # A home of its own: backups of other tests are nobody's business.
    home = {"HOME": str(folder), "XDG_DATA_HOME": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""}
    return bekenlab(*words, folder=folder, variables=home | WIFI)


def result(done: Run) -> dict[str, Any]:
    last: dict[str, Any] = json.loads(done.out.splitlines()[-1])
    return last


def test_there_and_back_again(folder: Path) -> None:
    done = run(folder, "install", "-f", "obk.bin", "--wifi-ssid", "our home", "-y", "-p", WIRE)
    assert done.status == 0, done.err
    for words in ("Rel;1", "4 of 6 pins do", "accepted", "as you set it up", "bekenlab undo"):
        assert words in done.out
    assert done.out.count("our home") == 1, "in the plan, to be checked, and nowhere else"
    assert "joins 'our home', with its password" in done.out
    assert "our home" not in done.err
    assert WIFI["BEKENLAB_WIFI_PASSWORD"] not in done.out + done.err
    assert (folder / "chip.bin").read_bytes() != build_sample()
    back = run(folder, "undo", "-y", "-p", WIRE)
    assert back.status == 0, back.err
    assert (folder / "chip.bin").read_bytes() == build_sample()
    again = run(folder, "undo", "-y", "-p", WIRE)
    assert again.status == 0
    assert "nothing to do" in again.out


def test_as_json(folder: Path) -> None:
    words = ("-f", "obk.bin", "--json", "--no-rehearsal", "--name", "kettle", "-p", WIRE)
    planned = run(folder, "install", *words, "--dry-run")
    assert planned.status == 0, planned.err
    assert result(planned)["backup"] == {"file": None, "reused": False}
    assert result(planned)["dry_run"] is True
    refused = run(folder, "install", *words)
    assert refused.status == 7, "nobody can be asked"
    assert "linked" not in refused.out, "said before anybody waits for a chip and its backup"
    assert result(refused)["error"]["code"] == "refused"
    done = run(folder, "install", *words, "-y")
    facts = result(done)
    assert (done.status, facts["exit"], facts["wifi"]) == (0, 0, False)
    assert facts["rehearsal"] is None
    assert facts["start"]["config"] == "taken"
    assert facts["backup"]["reused"] is False, "the refused run has made none"
    assert facts["verified"] is True
    assert [pin["gpio"] for pin in facts["pins"]] == [6, 7, 8, 10, 24, 26]
    events = [json.loads(line) for line in done.out.splitlines()]
    steps = [event["step"] for event in events if event["event"] == "step"]
    assert steps == ["backup", "understand", "plan", "write", "start"]
    back = run(folder, "undo", "--json", "-y", "-p", WIRE)
    assert result(back)["verified"] is True
    assert result(back)["backup"]["file"] == facts["backup"]["file"]


def test_a_rehearsal_that_fails_stops_an_install_without_a_person(folder: Path) -> None:
    words = ("install", "-f", "obk.bin", "-y", "--pin", "20=PWM;7", "-p", WIRE)
    done = run(folder, *words)
    assert done.status == 6
    assert "P20 did not do what the pin map says" in done.err
    assert (folder / "chip.bin").read_bytes() == build_sample()
    assert run(folder, *words, "--no-rehearsal", "--no-log").status == 0


def test_rehearse(folder: Path) -> None:
    done = run(folder, "rehearse", "chip.bin", "-f", "obk.bin")
    assert done.status == 0, done.err
    assert "press noticed, P26 changes" in done.out
    wrong = run(folder, "rehearse", "chip.bin", "-f", "obk.bin", "--pin", "20=PWM;7", "--json")
    assert wrong.status == 6
    facts = result(wrong)
    assert facts["error"]["code"] == "rehearsal"
    (pin,) = [pin for pin in facts["pins"] if pin["gpio"] == 20]
    assert pin["verdict"] == "wrong"
    assert pin["expected"] == "1000 Hz 30 %, 1000 Hz 80 %"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["install", "-p", WIRE], 2, "no firmware given"),
        (["install", "-f", "chip.bin", "-p", WIRE], 2, "not OpenBeken"),
        (["install", "-f", "gone.bin", "-p", WIRE], 9, "gone.bin"),
        (
            ["install", "-f", "obk.bin", "--set", "wifi_password=x", "-p", WIRE],
            2,
            "not accepted on",
        ),
        (["install", "-f", "obk.bin", "--mqtt-port", "0", "-y", "-p", WIRE], 2, "mqtt_port"),
        (["rehearse", "obk.bin", "-f", "chip.bin"], 2, "not OpenBeken"),
        (["undo", "-p", WIRE], 7, "no backup of this chip"),
        (["undo", "--backup", "obk.bin", "-p", WIRE], 7, "not a backup of this chip"),
    ],
)
def test_mistakes_are_said_and_change_nothing(
    folder: Path, words: list[str], status: int, said: str
) -> None:
    done = run(folder, *words)
    assert done.status == status, done.err
    assert said in " ".join(done.err.split())
    assert (folder / "chip.bin").read_bytes() == build_sample()


def test_the_newest_release_is_downloaded_when_asked_for(folder: Path) -> None:
    """From a server on this computer, through the documented variable."""
    from loopback import Answer, loopback

    name = "OpenBK7231N_QIO_1.18.300.bin"
    content = (folder / "obk.bin").read_bytes()
    with loopback() as server:
        asset = {
            "name": name,
            "size": len(content),
            "browser_download_url": f"{server.address}/{name}",
        }
        server.answers["/latest"] = Answer(body=json.dumps({"assets": [asset]}).encode())
        server.answers[f"/{name}"] = Answer(body=content)
        done = bekenlab(
            "rehearse",
            "chip.bin",
            "-f",
            "latest",
            folder=folder,
            variables={"HOME": str(folder), "BEKENLAB_RELEASES": f"{server.address}/latest"},
        )
    assert done.status == 0, done.err
    assert list(folder.rglob(name))
