"""The API as a script uses it."""

import json
import time
from pathlib import Path
from typing import Any

import httpx

_LONGEST = 120.0


def upload(script: httpx.Client, path: Path) -> str:
    """Drop a file; the id of the one dump in it."""
    answer = script.post("/api/dumps", params={"name": path.name}, content=path.read_bytes())
    assert answer.status_code == 201, answer.text
    (dump,) = answer.json()["dumps"]
    return str(dump["id"])


def virtual(script: httpx.Client, dump: str, *, paced: bool = False) -> str:
    """A virtual device with a dump in its flash; the id of its port."""
    answer = script.post("/api/virtual", json={"dump": dump, "paced": paced})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["port"])


def start(script: httpx.Client, kind: str, **parameters: Any) -> str:
    """Start a job; its id."""
    answer = script.post("/api/jobs", json={"kind": kind, **parameters})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def wait_for(script: httpx.Client, job: str, what: str) -> dict[str, Any]:
    """A job once it has a question (``what`` is "question") or has ended ("end")."""
    end = time.monotonic() + _LONGEST
    while time.monotonic() < end:
        told: dict[str, Any] = script.get(f"/api/jobs/{job}").json()
        if told["state"] != "running" or (what == "question" and told["question"]):
            return told
        time.sleep(0.02)
    raise AssertionError(f"nothing came of {told}")


def events(script: httpx.Client, job: str, after: int = 0) -> list[dict[str, Any]]:
    """Everything a job that has ended has told."""
    headers = {"last-event-id": str(after)} if after else {}
    answer = script.get(f"/api/jobs/{job}/events", headers=headers)
    lines = answer.text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data:")]


def wait_until_told(
    script: httpx.Client, job: str, kind: str, text: str = "", phase: str = ""
) -> dict[str, Any]:
    """The first event of a kind, with a word in its text, or of a phase, as it comes."""
    with script.stream("GET", f"/api/jobs/{job}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                event: dict[str, Any] = json.loads(line.removeprefix("data: "))
                if event["event"] == kind and text in event.get("text", ""):
                    if phase and event.get("phase") != phase:
                        continue
                    return event
    raise AssertionError(f"{job} ended without {kind}")
