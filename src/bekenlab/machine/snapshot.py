"""Snapshots of a machine's state: compressed JSON, versioned, readable without running anything.

A snapshot does not contain the image, only its digest, and is restored into a machine built from
the same image. It does contain the flash sectors that the firmware changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from typing import TYPE_CHECKING

from bekenlab.json_text import read_json
from bekenlab.machine.devices.base import bytes_of, int_of
from bekenlab.machine.errors import SnapshotError

if TYPE_CHECKING:
    from bekenlab.machine.machine import Machine

_MAGIC = b"bekenlab machine 4\n"
_LARGEST = 256 << 20
_BYTES, _TABLE = "bytes", "table"


def save(machine: Machine) -> bytes:
    """The state of a machine between two runs."""
    state = {
        "chip": machine.profile.name,
        "image": _digest(machine),
        "now": machine.clock.now,
        "deadlines": machine.clock.save(),
        "registers": machine.cpu.save(),
        "memories": {m.name: machine.cpu.peek(m.base, m.size) for m in machine.cpu.memories},
        "devices": {name: device.save() for name, device in machine.board.devices.items()},
        "ports": {name: _port(machine, name) for name in ("uart1", "uart2")},
        "code": machine.code.save(),
        "engine": machine.engine.save(),
    }
    return encode(_MAGIC, state)


def restore(machine: Machine, data: bytes) -> None:
    """Put a machine built from the same image into a saved state.

    Raises:
        SnapshotError: Damaged, or for another version, chip or image.
    """
    state = decode(_MAGIC, data)
    if state.get("chip") != machine.profile.name or state.get("image") != _digest(machine):
        raise SnapshotError("The snapshot belongs to another chip or image.")
    try:
        _apply(machine, state)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SnapshotError(f"The snapshot is incomplete: {error!r}") from error


def _apply(machine: Machine, state: dict[str, object]) -> None:
    memories = table(state["memories"])
    for memory in machine.cpu.memories:
        content = bytes_of(memories[memory.name])
        if len(content) != memory.size:
            raise ValueError(memory.name)
        machine.cpu.poke(memory.base, content)
    machine.cpu.forget_code()
    devices = table(state["devices"])
    for name, device in machine.board.devices.items():
        device.load(table(devices[name]))
    ports = table(state["ports"])
    for name, port in (("uart1", machine.uart1), ("uart2", machine.uart2)):
        saved = table(ports[name])
        port.load(bytes_of(saved["sent"]), bytes_of(saved["received"]))
    machine.code.load(table(state["code"]))
    machine.cpu.load(_numbers(state["registers"]))
    machine.engine.load(table(state["engine"]))
    machine.clock.load(int_of(state["now"]), _numbers(state["deadlines"]))


def _port(machine: Machine, name: str) -> dict[str, object]:
    port = machine.uart1 if name == "uart1" else machine.uart2
    return {"sent": bytes(port.sent), "received": bytes(port.received)}


def _digest(machine: Machine) -> str:
    return hashlib.sha256(machine.image.physical).hexdigest()


def encode(magic: bytes, state: dict[str, object]) -> bytes:
    """A state as the bytes of a snapshot, which begin with ``magic``."""
    return magic + zlib.compress(json.dumps(_pack(state), sort_keys=True).encode(), 1)


def decode(magic: bytes, data: bytes) -> dict[str, object]:
    """What :func:`encode` was given.

    Raises:
        SnapshotError: Damaged, or another kind of snapshot.
    """
    return table(_read(magic, data))


def _read(magic: bytes, data: bytes) -> object:
    if not data.startswith(magic):
        raise SnapshotError("Not a snapshot, or one of another version.")
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data[len(magic) :], _LARGEST)
        if not unpacker.eof:
            raise SnapshotError("The snapshot is truncated or too large.")
        return _unpack(read_json(text))
    except (zlib.error, ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise SnapshotError(f"The snapshot is damaged: {error}") from error


def _pack(value: object) -> object:
    """Encode for JSON, where bytes and tables keyed by numbers become one-item objects."""
    if isinstance(value, bytes):
        return {_BYTES: base64.b85encode(zlib.compress(value, 1)).decode()}
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value) and value.keys() != {_BYTES}:
            return {key: _pack(item) for key, item in value.items()}
        return {_TABLE: [[key, _pack(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [_pack(item) for item in value]
    return value


def _unpack(value: object) -> object:
    if isinstance(value, list):
        return [_unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {_BYTES}:
        return _inflate(base64.b85decode(value[_BYTES]))
    if value.keys() == {_TABLE}:
        return {int(key): _unpack(item) for key, item in value[_TABLE]}
    return {key: _unpack(item) for key, item in value.items()}


def _inflate(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(data, _LARGEST)
    if not unpacker.eof:
        raise ValueError("a truncated block")
    return content


def table(value: object) -> dict[str, object]:
    """Check that a value of a state is a table."""
    if not isinstance(value, dict):
        raise SnapshotError("The snapshot is damaged: a table was expected.")
    return value


def _numbers(value: object) -> dict[str, int]:
    return {key: int_of(item) for key, item in table(value).items()}
