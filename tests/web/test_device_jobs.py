"""What the device page has done, without a browser: on virtual devices, over the API."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bekenlab.samples import build_sample
from web.api import events, start, upload, virtual, wait_for, wait_until_told
from web.serving import Served


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    with served.script() as found:
        yield found


@pytest.fixture
def port(script: httpx.Client, sample: Path) -> str:
    return virtual(script, upload(script, sample))


def test_a_backup_is_the_chips_flash(script: httpx.Client, served: Served, port: str) -> None:
    job = start(script, "backup", port=port)
    told = wait_for(script, job, "end")
    assert told["state"] == "done", told
    kept = script.get(f"/api/backups/{told['result']['backup']}")
    assert kept.content == build_sample()
    assert "attachment" in kept.headers["content-disposition"]
    files = sorted(path.name for path in (served.folder / "backups").iterdir())
    assert [name for name in files if not name.endswith((".bin", ".bin.json"))] == []
    last = [event for event in events(script, job) if event["event"] == "progress"]
    assert len(last) == 1, "what only says how far it is replaces what was said before"
    assert last[0]["spans"] == [[0, 2 << 20]]
    assert last[0]["done"] == last[0]["total"] == 2 << 20


def test_a_stopped_backup_goes_on_where_it_was(script: httpx.Client, sample: Path) -> None:
    port = virtual(script, upload(script, sample), paced=True)
    job = start(script, "backup", port=port)
    wait_until_told(script, job, "progress")
    assert script.delete(f"/api/jobs/{job}").json()["cancelling"]
    told = wait_for(script, job, "end")
    assert told["state"] == "cancelled"
    assert told["error"]["code"] == "cancelled"
    again = wait_for(script, start(script, "backup", port=port), "end")
    assert again["state"] == "done", again
    assert again["result"]["sectors"]["resumed"] > 0
    assert script.get(f"/api/backups/{again['result']['backup']}").content == build_sample()


def answered(script: httpx.Client, told: dict[str, Any], answer: object) -> None:
    body = {"number": told["question"]["number"], "answer": answer}
    assert script.post(f"/api/jobs/{told['id']}/answer", json=body).status_code == 200


def flash_of(script: httpx.Client, port: str) -> bytes:
    """The flash of a virtual device, as a download gives it."""
    (dump,) = script.post(f"/api/virtual/{port}/dump").json()["dumps"]
    return script.get(f"/api/dumps/{dump['id']}/file").content


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The sample with other bytes where nothing is protected."""
    data = bytearray(build_sample())
    data[0x150000:0x150004] = b"free"
    path = tmp_path / "changed.bin"
    path.write_bytes(data)
    return path


def test_a_file_is_written_after_a_yes_and_the_backup_undoes_it(
    script: httpx.Client, port: str, changed: Path
) -> None:
    backup = wait_for(script, start(script, "backup", port=port), "end")["result"]["backup"]
    asked = wait_for(
        script, start(script, "write", port=port, dump=upload(script, changed)), "question"
    )
    plan = asked["question"]["plan"]
    assert plan["write"] == [[0x150000, 0x151000]]
    assert [name for _, _, name in plan["kept"]] == ["bootloader", "rf"]
    assert plan["refusals"] == []
    answered(script, asked, {"yes": True})
    done = wait_for(script, asked["id"], "end")
    assert done["state"] == "done", done
    assert done["result"]["undo"] == backup
    assert flash_of(script, port) == changed.read_bytes()

    undo = wait_for(script, start(script, "restore", port=port, backup=backup), "question")
    answered(script, undo, {"yes": True})
    assert wait_for(script, undo["id"], "end")["state"] == "done"
    assert flash_of(script, port) == build_sample()


@pytest.mark.parametrize("answer", [{}, {"yes": False}, None, "yes", {"again": False}])
def test_nothing_is_written_without_a_yes(
    script: httpx.Client, port: str, changed: Path, answer: object
) -> None:
    dump = upload(script, changed)
    asked = wait_for(script, start(script, "write", port=port, dump=dump), "question")
    answered(script, asked, answer)
    told = wait_for(script, asked["id"], "end")
    assert told["state"] == "declined"
    assert told["error"]["code"] == "refused"
    assert flash_of(script, port) == build_sample()


def test_a_rule_says_no_even_to_a_yes_and_can_be_overridden_by_name(
    script: httpx.Client, port: str, tmp_path: Path
) -> None:
    wait_for(script, start(script, "backup", port=port), "end")
    foreign = bytearray(build_sample())
    rf = 0x1D0000
    foreign[rf + 16] ^= 1
    path = tmp_path / "foreign.bin"
    path.write_bytes(foreign)
    dump = upload(script, path)

    asked = wait_for(script, start(script, "write", port=port, dump=dump), "question")
    assert [each["code"] for each in asked["question"]["plan"]["refusals"]] == ["rf"]
    answered(script, asked, {"yes": True})
    assert wait_for(script, asked["id"], "end")["error"]["code"] == "refused"
    assert flash_of(script, port) == build_sample()

    asked = wait_for(script, start(script, "write", port=port, dump=dump), "question")
    answered(script, asked, {"again": True, "keep": ["rf"]})
    again = wait_for_another(script, asked)
    assert again["question"]["plan"]["refusals"] == []
    assert again["question"]["plan"]["write"] == []
    script.delete(f"/api/jobs/{asked['id']}")
    assert wait_for(script, asked["id"], "end")["state"] == "cancelled"


def test_only_a_whole_dump_is_restored(script: httpx.Client, served: Served, port: str) -> None:
    made = wait_for(script, start(script, "backup", port=port), "end")["result"]
    (served.folder / "backups" / made["name"]).write_bytes(b"CFG" + bytes(100))
    told = wait_for(script, start(script, "restore", port=port, backup=made["backup"]), "end")
    assert told["error"]["code"] == "usage", "as on the command line"
    assert "not a whole dump" in told["error"]["message"]


def test_what_is_on_the_chip_already_needs_no_backup(
    script: httpx.Client, port: str, sample: Path
) -> None:
    dump = upload(script, sample)
    asked = wait_for(script, start(script, "write", port=port, dump=dump), "question")
    assert asked["question"]["plan"]["refusals"] == []
    assert asked["question"]["plan"]["write"] == []
    answered(script, asked, {"yes": True})
    told = wait_for(script, asked["id"], "end")
    assert told["state"] == "done", told
    assert told["result"]["undo"] is None


def wait_for_another(script: httpx.Client, before: dict[str, Any]) -> dict[str, Any]:
    """The next question of a job."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        told = wait_for(script, before["id"], "question")
        assert told["state"] == "running", told
        if told["question"]["number"] != before["question"]["number"]:
            return told
        time.sleep(0.02)
    pytest.fail("no other question within a minute")


def test_a_port_has_one_job(script: httpx.Client, port: str, changed: Path) -> None:
    dump = upload(script, changed)
    first = wait_for(script, start(script, "write", port=port, dump=dump), "question")
    refused = script.post("/api/jobs", json={"kind": "backup", "port": port})
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "refused"
    row = next(row for row in script.get("/api/ports").json()["ports"] if row["id"] == port)
    assert row["job"] == first["id"]
    assert script.delete(f"/api/virtual/{port}").status_code == 409
    script.delete(f"/api/jobs/{first['id']}")
    wait_for(script, first["id"], "end")
    assert wait_for(script, start(script, "info", port=port), "end")["state"] == "done"
    assert script.delete(f"/api/virtual/{port}").status_code == 200


def test_a_question_is_answered_once(script: httpx.Client, port: str, changed: Path) -> None:
    dump = upload(script, changed)
    asked = wait_for(script, start(script, "write", port=port, dump=dump), "question")
    answered(script, asked, {})
    body = {"number": asked["question"]["number"], "answer": {"yes": True}}
    late = script.post(f"/api/jobs/{asked['id']}/answer", json=body)
    assert late.status_code == 409
    wait_for(script, asked["id"], "end")


@pytest.mark.parametrize(
    "name", ["/dev/null", "virtual://bk7231n?image=/etc/passwd", "socket://10.0.0.1:1", "COM1", ""]
)
def test_only_what_is_offered_is_opened(script: httpx.Client, name: str) -> None:
    answer = script.post("/api/jobs", json={"kind": "backup", "port": name})
    assert answer.status_code == 404


def test_a_doctor_tells_what_works(script: httpx.Client, port: str) -> None:
    told = wait_for(script, start(script, "doctor", port=port), "end")
    assert told["state"] == "done"
    assert [check["ok"] for check in told["result"]["checks"]] == [True] * 7
    assert told["result"]["chip"]["chip"] == "BK7231N"
    assert told["result"]["problem"] is None


def test_events_are_told_again_from_where_somebody_stopped_listening(
    script: httpx.Client, port: str
) -> None:
    job = start(script, "backup", port=port)
    wait_for(script, job, "end")
    everything = events(script, job)
    assert everything[-1]["event"] == "end"
    lines = script.get(f"/api/jobs/{job}/events").text.splitlines()
    numbers = [int(line.removeprefix("id: ")) for line in lines if line.startswith("id:")]
    assert numbers == sorted(numbers)
    assert events(script, job, after=numbers[-2]) == everything[-1:]
    nothing = script.get(f"/api/jobs/{job}/events", headers={"last-event-id": str(numbers[-1])})
    assert nothing.status_code == 204, "a browser would ask again and again"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"null",
        b'{"kind": 1}',
        b'{"kind": "reformat"}',
        b'{"kind": "write"}',
        b"[" * 99,
    ],
)
def test_what_makes_no_sense_is_refused(script: httpx.Client, body: bytes) -> None:
    assert script.post("/api/jobs", content=body).status_code == 400
