"""A host for tests of the virtual chip: it builds requests byte by byte and reads replies."""

from bekenlab.link.transport import Transport
from bekenlab.link.virtual import VirtualTransport


def short(code: int, payload: bytes = b"") -> bytes:
    return bytes([1, 0xE0, 0xFC, 1 + len(payload), code]) + payload


def long(code: int, payload: bytes = b"") -> bytes:
    return (
        bytes.fromhex("01e0fcfff4")
        + (1 + len(payload)).to_bytes(2, "little")
        + bytes([code])
        + payload
    )


def u32(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "little") for value in values)


def read_all(line: Transport, quiet: float = 0.05) -> bytes:
    """Everything that comes until the line is quiet for so long."""
    data = b""
    while part := line.read(quiet):
        data += part
    return data


def ask(line: Transport, request: bytes, quiet: float = 0.6) -> bytes:
    line.write(request)
    return read_all(line, quiet)


def link(line: VirtualTransport) -> None:
    """Reset the chip and catch its boot window."""
    line.device.reset()
    line.sleep(0.01)
    assert ask(line, short(0)) == bytes.fromhex("040e0501e0fc0100")
