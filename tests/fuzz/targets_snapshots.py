"""Targets that restore snapshots: of a machine, and of an air with all that is in it.

An input is the text in a snapshot, or a whole file, which begins as one.
"""

from __future__ import annotations

import zlib
from functools import cache

from bekenlab.machine import Machine, snapshot
from bekenlab.machine.air import ItsNetwork, Network, OurNetwork
from bekenlab.machine.air import snapshot as air_snapshot
from bekenlab.machine.air.broker import Broker
from bekenlab.machine.air.networks import OUR_IP
from fuzz.model import Target
from machine.air.test_network import Tick
from machine_support import LOOP, firmware

_KEY = b"virtual air"
_PORT = 80
_NEWLINE = b"\n"


class _World:
    """Our network with a broker, and a station of ours that has a connection to it."""

    def __init__(self, key: bytes | None) -> None:
        self.air = Tick()
        ours = OurNetwork(self.air, Network(b"plug", key), ("broker",))
        Broker(ours.host, lambda *_: None)
        ours.host.listen(_PORT, lambda made: setattr(made, "owned", True))
        self.its = ItsNetwork(self.air, passphrase=key)

    def go_on(self) -> None:
        """Join, send something, and be in the middle of it."""
        self.air.wait(5)
        connection = self.its.host.connect(OUR_IP, _PORT)
        connection.owned = True
        connection.send(bytes(100))
        self.its.host.touch()
        self.air.wait(0.01)


@cache
def _machine() -> Machine:
    return Machine.from_image(firmware(LOOP), chip="BK7231N")


def _whole(data: bytes, magic: bytes) -> bytes:
    return data if data.startswith(magic) else magic + zlib.compress(data, 1)


def _magic(saved: bytes) -> bytes:
    return saved[: saved.index(_NEWLINE) + 1]


def _text(saved: bytes) -> bytes:
    return zlib.decompress(saved[len(_magic(saved)) :])


@cache
def _saved_machine() -> bytes:
    return snapshot.save(_machine())


@cache
def _saved_airs() -> tuple[bytes, ...]:
    worlds = [_World(None), _World(_KEY)]
    for each in worlds:
        each.go_on()
    return tuple(air_snapshot.save(each.air) for each in worlds)


def _restore_machine(data: bytes) -> None:
    snapshot.restore(_machine(), _whole(data, _magic(_saved_machine())))


def _restore_air(data: bytes) -> None:
    whole = _whole(data, _magic(_saved_airs()[0]))
    air_snapshot.restore(_World(_KEY).air, whole)


_TOKENS = (b'"bytes"', b'"table"', b'"is"', b'"of"', b'"list"', b'"tuple"', b'"deque"', b'"dict"',
           b'"bytearray"', b'"TcpState"', b'"Segment"', b'"Packet"', b"null", b"[]", b"{}",
           b"-1", b"18446744073709551615", b"0.5", b"true")  # fmt: skip

SNAPSHOT_TARGETS = (
    Target("machine-snapshot", _restore_machine,
           lambda: [_text(_saved_machine()), _saved_machine()], tokens=_TOKENS, weight=0.1),
    Target("air-snapshot", _restore_air,
           lambda: [*map(_text, _saved_airs()), _saved_airs()[0]], tokens=_TOKENS, weight=0.3),
)  # fmt: skip
