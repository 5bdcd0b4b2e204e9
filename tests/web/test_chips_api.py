"""``/api/chips``: what a script can do to a virtual chip."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bekenlab.errors import UsageError
from bekenlab.live.commands import (
    Drive,
    Pause,
    Press,
    Release,
    ReportPoint,
    Reset,
    Resume,
    SetSpeed,
    Step,
    TypeText,
)
from bekenlab.live.session import LiveSession
from bekenlab.live.uart1 import point_of
from bekenlab.samples import build_sample
from bekenlab.web.chip_commands import command_of
from bekenlab.web.frames import frames_of
from live_chips import sample as sample_source
from shared import dump
from web.serving import Served


@pytest.fixture
def script(served: Served) -> Iterator[httpx.Client]:
    served.context.chips.close_all()
    with served.script() as client:
        yield client


def start(script: httpx.Client) -> str:
    put = script.post("/api/sample").json()["dumps"][0]["id"]
    answer = script.post("/api/chips", json={"dump": put})
    assert answer.status_code == 201
    name: str = answer.json()["id"]
    return name


def frames(script: httpx.Client, name: str) -> Iterator[dict[str, Any]]:
    with script.stream("GET", f"/api/chips/{name}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def test_a_chip_is_started_pressed_watched_and_closed(script: httpx.Client) -> None:
    name = start(script)
    (listed,) = script.get("/api/chips").json()["chips"]
    assert listed == {
        "id": name,
        "name": "sample-metering-plug.bin",
        "chip": "BK7231N",
        "firmware": "bekenlab_sample_plug 1.0.0",
        "openbeken": False,
        "warnings": [],
    }
    pressed = False
    for frame in frames(script, name):
        if frame["device_seconds"] > 0.3 and not pressed:
            answer = script.post(f"/api/chips/{name}", json={"do": "press", "gpio": 10})
            assert answer.status_code == 202
            pressed = True
        if any(part["id"] == "P26" and part["on"] for part in frame["parts"]):
            break
    shown = script.get(f"/api/chips/{name}").json()
    assert shown["picture"]["gpio"][26]["level"] == 1
    assert script.delete(f"/api/chips/{name}").json() == {"closed": True}
    assert script.get(f"/api/chips/{name}").status_code == 404
    assert script.post(f"/api/chips/{name}", json={"do": "pause"}).status_code == 404
    assert script.get("/api/chips").json() == {"chips": []}


def test_the_first_frame_has_all_that_is_remembered(script: httpx.Client) -> None:
    name = start(script)
    for frame in frames(script, name):
        if frame["device_seconds"] > 0.6:
            break
    first = next(frames(script, name))
    assert first["fresh"]
    assert [edge[2] for edge in first["edges"] if edge[1] == 8][:3] == [1, 0, 1]
    assert any("app_init finished" in line for _, _, line in first["log"])


def test_a_stream_ends_with_its_chip(script: httpx.Client, served: Served) -> None:
    name = start(script)
    stream = frames(script, name)
    next(stream)
    served.context.chips.close(name)
    assert [frame["state"] for frame in stream][-1] == "closed"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 404),
        ({"dump": 1}, 400),
        ({"dump": "unknown"}, 404),
        ({"dump": "SAMPLE", "chip": "BK9999"}, 422),
        ({"dump": "SAMPLE", "pins": "demo-nothing"}, 400),
        ({"dump": "SAMPLE", "pins": "demo-plug"}, 409),
        ({"dump": "SAMPLE", "pins": "unknown"}, 404),
    ],
)
def test_what_cannot_be_started_is_refused(
    script: httpx.Client, given: dict[str, object], status: int
) -> None:
    put = script.post("/api/sample").json()["dumps"][0]["id"]
    body = {key: put if value == "SAMPLE" else value for key, value in given.items()}
    answer = script.post("/api/chips", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert script.get("/api/chips").json() == {"chips": []}


def test_a_body_that_is_no_object_is_refused(script: httpx.Client) -> None:
    name = start(script)
    for body in (b"[]", b"{", b"[" * 100_000):
        assert script.post(f"/api/chips/{name}", content=body).status_code == 400


def test_openbeken_takes_the_pins_of_a_demonstration(script: httpx.Client) -> None:
    image = dump("openbk7231n-qio-1.18.300")
    put = script.post("/api/dumps", params={"name": "o.bin"}, content=image).json()["dumps"][0]
    made = script.post("/api/chips", json={"dump": put["id"], "pins": "demo-plug"}).json()
    picture = script.get(f"/api/chips/{made['id']}").json()["picture"]
    assert {part["id"]: part["kind"] for part in picture["parts"]} == {
        "P8": "led",
        "P10": "button",
        "P24": "led",
        "P26": "relay",
    }


@pytest.mark.parametrize(
    ("given", "command"),
    [
        ({"do": "pause"}, Pause()),
        ({"do": "resume"}, Resume()),
        ({"do": "step", "seconds": 0.5}, Step(0.5)),
        ({"do": "speed", "speed": 2}, SetSpeed(2.0)),
        ({"do": "speed", "speed": None}, SetSpeed(None)),
        ({"do": "reset"}, Reset()),
        ({"do": "reset", "erase": True}, Reset(erase=True)),
        ({"do": "press", "gpio": 10}, Press(10)),
        ({"do": "release", "gpio": 10}, Release(10)),
        ({"do": "drive", "gpio": 6, "level": 1}, Drive(6, 1)),
        ({"do": "drive", "gpio": 6, "level": None}, Drive(6, None)),
        ({"do": "type", "text": "x\r\n"}, TypeText("x\r\n")),
        ({"do": "type", "text": "x", "port": "uart2"}, TypeText("x", "uart2")),
        (
            {"do": "point", "id": 1, "type": "bool", "value": 1},
            ReportPoint(point_of(1, "bool", 1)),
        ),
    ],
)
def test_what_a_request_means(given: dict[str, object], command: object) -> None:
    assert command_of(given, pins=29) == command


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"do": None},
        {"do": "explode"},
        {"do": ["pause"]},
        {"do": "step"},
        {"do": "step", "seconds": 1e9},
        {"do": "step", "seconds": float("nan")},
        {"do": "step", "seconds": "1"},
        {"do": "speed", "speed": 100},
        {"do": "press"},
        {"do": "press", "gpio": -1},
        {"do": "press", "gpio": 29},
        {"do": "press", "gpio": True},
        {"do": "press", "gpio": 1.5},
        {"do": "drive", "gpio": 6, "level": 2},
        {"do": "drive", "gpio": 6, "level": "1"},
        {"do": "type", "text": ""},
        {"do": "type", "text": "x" * 2000},
        {"do": "type", "text": "x", "port": "uart3"},
        {"do": "point", "id": 0, "type": "bool", "value": 1},
        {"do": "point", "id": 1, "type": "bool", "value": 7},
        {"do": "point", "id": 1, "type": "raw", "value": "zz"},
        {"do": "point", "id": 1, "type": "bool", "value": True},
        {"do": "point", "id": 1.5, "type": "bool", "value": 1},
        {"do": "step", "seconds": 10**400},
        {"do": "speed", "speed": float("inf")},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        command_of(given, pins=29)


def test_a_slow_browser_gets_fewer_frames_not_a_queue() -> None:
    """Frames are made when they are taken; a reader that waits finds one large frame."""

    async def watch() -> list[dict[str, Any]]:
        session = LiveSession(sample_source(), speed=None)
        told = []
        try:
            stream = frames_of(session, lambda: False)
            told.append(await anext(stream))
            await asyncio.sleep(0.5)  # some ten pictures are published meanwhile
            told.append(await anext(stream))
            await stream.aclose()  # type: ignore[attr-defined]
            assert session._watchers == []
        finally:
            session.close()
        return [json.loads(text.decode().removeprefix("data: ")) for text in told]

    first, second = asyncio.run(watch())
    assert second["edges"], "all edges since the first frame"
    assert second["edges"][0][0] >= (first["edges"][-1][0] if first["edges"] else 0)
    assert second["edges_lost"] == 0


def test_the_bench_says_what_is_doubtful_about_the_file(script: httpx.Client) -> None:
    cut = build_sample()[:-4096]
    answer = script.post("/api/dumps?name=cut.bin", content=cut)
    chip = script.post("/api/chips", json={"dump": answer.json()["dumps"][0]["id"]}).json()
    assert [warning["code"] for warning in chip["warnings"]] == ["truncated-dump"]
    assert "truncated" in script.get(f"/bench/{chip['id']}").text
