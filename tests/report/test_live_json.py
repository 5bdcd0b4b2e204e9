"""A live chip as JSON: what the page gets."""

from __future__ import annotations

import json
from dataclasses import replace

from bekenlab.analysis.boot_model import GpioRow
from bekenlab.live.model import (
    Edge,
    Frame,
    LiveState,
    LogPiece,
    Picture,
    PointView,
    Stop,
    StopCause,
)
from bekenlab.live.parts import PartView
from bekenlab.mcu.schema import SchemaPoint
from bekenlab.report.live_json import FrameWriter, source_json
from bekenlab.secret import REDACTED
from live_chips import sample


def frame(*log: LogPiece, power_ups: int = 1, stop: Stop | None = None) -> Frame:
    picture = Picture(
        state=LiveState.RUNNING,
        stop=stop,
        power_ups=power_ups,
        device_seconds=1.25,
        speed=None,
        ratio=2.0,
        gpio=(GpioRow(6, "function", 0, None, (1000.0, 0.25), touched=True),),
        parts=(
            PartView(
                "lamp", "lamp", 0, "Lamp", (6,), on=True, brightness=0.25, shares=(("l", 0.25),)
            ),
        ),
        points=(PointView(1, "bool", 1, "mcu"),),
    )
    return Frame(picture, (Edge(0.5, 26, 1),), 3, log, 0)


def test_a_frame_is_plain_json() -> None:
    told = FrameWriter().write(frame(stop=Stop(StopCause.CRASH, "at 0x0")))
    assert json.loads(json.dumps(told)) == told
    assert told["stop"] == {"cause": "crash", "detail": "at 0x0"}
    assert told["gpio"][0]["pwm"] == {"hz": 1000.0, "duty": 0.25}
    assert (told["parts"][0]["shares"], told["parts"][0]["brightness"]) == ({"l": 0.25}, 0.25)
    assert (told["edges"], told["edges_lost"]) == ([[0.5, 26, 1]], 3)
    assert told["points"] == [{"id": 1, "type": "bool", "value": 1, "by": "mcu"}]


def test_a_known_data_point_has_its_name_and_range() -> None:
    level = SchemaPoint(4, "value", least=0, most=500, scale=1, code="temp_set", unit="°C")
    shown = replace(
        frame().picture, points=(PointView(4, "value", 215, "module", level, "21.5 °C"),)
    )
    (told,) = FrameWriter().write(replace(frame(), picture=shown))["points"]
    assert (told["name"], told["shown"], told["unit"]) == ("Temperature set", "21.5 °C", "°C")
    assert (told["mode"], told["min"], told["max"], told["scale"]) == ("rw", 0, 500, 1)
    assert told["range"] is None


def test_a_power_up_is_fresh_once() -> None:
    writer = FrameWriter()
    fresh = [writer.write(frame(power_ups=n))["fresh"] for n in (1, 1, 2, 2)]
    assert fresh == [True, False, True, False]


def test_lines_come_whole_and_without_secrets() -> None:
    pieces = [
        LogPiece(0.1, "uart2", "ssid:my-net"),
        LogPiece(0.2, "uart1", "other\n"),
        LogPiece(0.3, "uart2", "work key: mode:0\nnext"),
        LogPiece(0.4, "bench", "reset"),
    ]
    writer = FrameWriter()
    lines = [line for piece in pieces for line in writer.write(frame(piece))["log"]]
    assert [line[:2] for line in lines] == [[0.2, "uart1"], [0.3, "uart2"], [0.4, "bench"]]
    assert "my-network" not in lines[1][2]
    shown = FrameWriter(show_secrets=True)
    lines = [line for piece in pieces for line in shown.write(frame(piece))["log"]]
    assert lines[1][2] == "ssid:my-network key: mode:0"


def test_data_points_are_shown_and_what_is_not_understood_is_not() -> None:
    lines = ["<- 07 report data point  14 02 00 04 ff ff ff fd", "-> 2d unknown command"]
    piece = LogPiece(0.1, "mcu", f"{lines[0]}\n{lines[1]}  02 be 4e 1a b0 01 02 03\n")
    log = FrameWriter().write(frame(piece))["log"]
    assert [line[2] for line in log] == [lines[0], f"{lines[1]}  {REDACTED}"]


def test_a_source_is_named() -> None:
    assert source_json(sample())["firmware"] == "bekenlab_sample_plug 1.0.0"
