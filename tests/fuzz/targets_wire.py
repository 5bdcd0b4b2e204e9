"""Targets that read what arrives over a wire or a network, and what a page sends."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

from bekenlab.errors import BekenlabError
from bekenlab.jobs.lan.pins import setting_of
from bekenlab.json_text import JsonError, read_json
from bekenlab.lan.http import parse_reply
from bekenlab.lan.replies import (
    message_of,
    parse_command,
    parse_files,
    parse_info,
    parse_pins,
    uploaded,
)
from bekenlab.link.connect import connect
from bekenlab.link.diagnosis import diagnose
from bekenlab.link.frames import FrameReader
from bekenlab.link.reading import read_alone
from bekenlab.link.serve.port import Arrived
from bekenlab.link.serve.rfc2217 import TcpPort
from bekenlab.machine.peers.tuya_mcu import TuyaMcu
from bekenlab.mcu.frames import (
    DataPoint,
    DpType,
    Frame,
    describe_frame,
    describe_point,
    split_frames,
    split_points,
)
from bekenlab.report import chip_json, lan_json
from bekenlab.web.chip_commands import command_of
from bekenlab.web.server import parse_place
from bekenlab.web.tasks.parameters import Parameters
from bekenlab.web.texts import choose_language
from bekenlab.web.uploads import label
from fuzz.model import Target
from fuzz.shown import rendered
from fuzz.targets_flash import each
from fuzz.targets_text import typed

_PIECE = 64


def _frames(data: bytes) -> None:
    """The frames are the same, however the bytes are split."""
    whole, pieces = FrameReader(), FrameReader()
    found = whole.feed(data)
    size = data[0] % _PIECE + 1 if data else 1
    size = max(size, len(data) // 4096)
    split = [
        frame for at in range(0, len(data), size) for frame in pieces.feed(data[at : at + size])
    ]
    assert found == split
    assert whole.missing >= 0
    whole.give_up()
    whole.take_noise()


class Script:
    """A line on which these bytes arrive, a few each time something is asked; time is virtual."""

    name = "script"
    lines = None

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._now = 0.0
        self.baud = 115_200
        self._room = 0

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        self._room += _PIECE
        self._now += len(data) * 1e-4

    def read(self, timeout: float) -> bytes:
        if self._room <= 0 or self._at >= len(self._data):
            self._now += max(timeout, 1e-3)
            return b""
        piece = self._data[self._at : self._at + self._room]
        self._at += len(piece)
        self._room = 0
        self._now += 1e-3
        return piece

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    def close(self) -> None:
        pass


def _link(data: bytes) -> None:
    """Linking, identifying and reading, while anything may arrive."""
    found = connect(Script(data[:20_000]), wait=2.0)
    rendered(chip_json.identity_json(found.target.identity))
    read_alone(found.target, 0)


def _rfc2217(data: bytes) -> None:
    """A program at the port of a virtual chip that sends anything."""
    port = TcpPort()
    try:
        with socket.create_connection(("127.0.0.1", port.port)) as program:
            program.settimeout(0)
            port.wait(1.0)
            left = data[: 1 << 16]
            while left:
                try:
                    left = left[program.send(left[:4096]) :]
                    program.recv(4096)
                except BlockingIOError:
                    pass
                _take(port)
            program.shutdown(socket.SHUT_WR)
            for _ in range(4):
                port.wait(0.02)
                _take(port)
    finally:
        port.close()


def _take(port: TcpPort) -> None:
    for event in port.take():
        if isinstance(event, Arrived):
            assert event.baud is None or event.baud > 0
    port.send(b"\xffabc\x00")


def _mcu(data: bytes) -> None:
    frames, rest = split_frames(data)
    for frame in frames[:200]:
        describe_frame(frame)
        for point in split_points(frame.payload):
            describe_point(point)
    assert len(rest) <= len(data)
    split_points(data)
    TuyaMcu("abcdefghijklmnop").receive(data)


def _lan(text: str) -> None:
    with contextlib.suppress(BekenlabError):
        rendered(lan_json.info_json(parse_info(text)))
    rendered(lan_json.command_json(parse_command(text)))
    parse_files(text)
    message_of(text)
    uploaded(text)
    pins = parse_pins(text)
    for gpio in range(len(pins.roles)):
        setting_of(pins, gpio)


def _reply(data: bytes) -> None:
    reply = parse_reply(data)
    assert isinstance(reply.text, str)


def _page_command(data: bytes) -> None:
    try:
        value: Any = read_json(data)
    except JsonError:
        return
    if isinstance(value, dict):
        command_of(value, pins=32)


def _job(data: bytes) -> None:
    try:
        value: Any = read_json(data)
    except JsonError:
        return
    if isinstance(value, dict):
        given = Parameters(value)
        with contextlib.suppress(BekenlabError):
            given.text("do")
        with contextlib.suppress(BekenlabError):
            given.flag("do")
        given.choices("do", ("a", "b"))


def _label(text: str) -> None:
    shown = label(text)
    assert shown
    assert "/" not in shown
    assert "\n" not in shown


def _answers() -> list[bytes]:
    """Answers of a boot loader, one after the other."""
    check = bytes.fromhex("040e05 01e0fc 01 00".replace(" ", ""))
    register = bytes.fromhex("040e0c01e0fc03000080001c2323" + "0007")
    crc = bytes.fromhex("040e0c01e0fc1000000000ffffff12345678")
    version = b"\x04\x0e\x0a\x01\xe0\xfc\x11V1.0.1"
    flash = bytes.fromhex("040eff01e0fcf406000e00eb601500")
    sector = b"\x04\x0e\xff\x01\xe0\xfc\xf4\x06\x10\x09\x00\0\0\0\0" + bytes(4096)
    return [check * 4 + register + crc * 3, check * 9, version + flash, flash * 3, sector,
            check * 3 + register * 8 + flash * 4 + crc * 8 + sector]  # fmt: skip


def _points() -> list[bytes]:
    points = [DataPoint(1, int(DpType.BOOL), b"\1"), DataPoint(2, int(DpType.VALUE), bytes(4))]
    reports = [Frame(0, 7, point.encode()).encode() for point in points]
    asked = [Frame(0, command, b"").encode() for command in (0, 1, 2, 3, 6, 8)]
    return [b"".join(reports), b"".join(asked), Frame(0, 6, points[0].encode()).encode()]


_HEAD = b"HTTP/1.1 200 OK\nContent-type: application/json\r\n\r\n"
_INFO = (
    b'{"uptime_s":12,"build":"Built on Jan 1 2025 12:00:00 version 1.18.300","ip":"192.168.1.40",'
    b'"mac":"1C:90:FF:A1:B2:C3","flags":"1024","mqtthost":"1.2.3.4:1883","mqtttopic":"t",'
    b'"chipset":"BK7231N","webapp":"https://x/","shortName":"obk","startcmd":"backlog a",'
    b'"supportsSSDP":0,"supportsClientDeviceDB":true}'
)
_PINS = (
    b'{"rolenames":["None","Rel","Rel_n","Btn"],"roles":[0,1,3,2],"channels":[0,1,1,0],'
    b'"channels2":[0,0,0,0],"states":[0,1,0,0]}'
)
_FILES = b'{"dir":"/","content":[{"name":"a.bat","type":1,"size":12},{"name":"d","type":2}]}'
_TELNET = (b"\xff\xfb\x2c", b"\xff\xfd\x2c", b"\xff\xfa\x2c\x01\x00\x01\xc2\x00\xff\xf0",
           b"\xff\xff", b"\xff\xfa\x2c\x05\x08\xff\xf0", b"\xff\xfa", b"\xff\xf0",
           b"\xff\xfa\x2c")  # fmt: skip

WIRE_TARGETS = (
    Target("link-frames", each(_frames, diagnose), _answers,
           tokens=(b"\x04\x0e", b"\x01\xe0\xfc", b"\x04\x0e\xff\x01\xe0\xfc\xf4", b"\x55\xaa")),
    Target("link", _link, _answers, tokens=(b"\x04\x0e\x05\x01\xe0\xfc\x01\x00",), limit=20_000,
           weight=0.06, floor=1.0),
    Target("rfc2217", _rfc2217, lambda: [b"".join(_TELNET), b"\xff\xfb\x2chello", b"plain"],
           tokens=_TELNET, limit=1 << 16, weight=0.05, floor=1.0),
    Target("tuya-mcu", _mcu, _points, tokens=(b"\x55\xaa\x00", b"\x55\xaa\x03\x07"), limit=1 << 18),
    Target("http-reply", _reply, lambda: [
        _HEAD + _INFO, b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", _HEAD,
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"OpenBeken\"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy",
    ], tokens=(b"\r\n\r\n", b"Content-Length: ", b"HTTP/1.1 -1\n", b"\n\n",
               b"Transfer-Encoding: ")),
    Target("lan-answers", typed(_lan), lambda: [
        _INFO, _PINS, _FILES, b'{"res":200,"msg":"OK"}', b'{"size":12}', b'{"Status":{"a":1}}'],
        tokens=(b'"msg":"', b'"res":', b'"build":', b'"roles":[', b'{"name":"')),
    Target("page-command", each(_page_command, _job), lambda: [
        b'{"do":"press","gpio":10}', b'{"do":"step","seconds":0.5}', b'{"do":"speed","speed":2}',
        b'{"do":"point","id":1,"type":"value","value":"12"}',
        b'{"do":"type","text":"x","port":"uart1"}',
        b'{"do":"point","id":1,"type":"raw","value":"00ff"}', b'{"do":["a","b"]}',
        b'{"do":"point","id":1,"type":"bool","value":1}', b'{"do":"drive","gpio":1,"level":0}',
    ], tokens=(b'"do"', b'"value"', b'"raw"', b'"bitmap"', b'"enum"', b'"string"')),
    Target("page-words", typed(_label, parse_place, lambda line: choose_language(line[:5], line)),
           lambda: [b"../a b.bin", b"C:\\x\\y.bin", b"127.0.0.1:7231", b"[::1]:80",
                    b"de-CH,de;q=0.9,en;q=0.8,*;q=0.5"]),
)  # fmt: skip
