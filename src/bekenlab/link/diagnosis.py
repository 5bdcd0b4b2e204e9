"""Diagnoses wiring problems from the bytes that arrive when a chip does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bekenlab.link.frames import REQUEST

_TUYA_MCU = b"\x55\xaa"
_TEXT = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D, 0x1B}
_MOSTLY = 0.85
_FEW = 4
_SAMPLE = 60


class Heard(StrEnum):
    """The kind of bytes that arrive while linking is attempted."""

    NOTHING = "nothing"
    ECHO = "echo"
    TEXT = "text"
    TUYA_MCU = "tuya-mcu"
    BREAK = "break"
    GARBAGE = "garbage"
    ENDLESS = "endless"


MEANINGFUL = frozenset({Heard.ECHO, Heard.TEXT, Heard.TUYA_MCU})
"""Kinds that say what is connected, even if something else or nothing follows."""

_RESET = "reset the chip (CEN to GND, or power off and on)"
HEARD_TEXT: dict[Heard, tuple[str, str]] = {
    Heard.NOTHING: (
        "nothing arrives",
        "check the adapter's RX on the chip's TX1, that GND is shared, and that the chip has 3.3 V",
    ),
    Heard.ECHO: (
        "our own bytes come back",
        "RX and TX touch each other or are joined: look for a solder bridge on TX1/RX1",
    ),
    Heard.TEXT: (
        "a text log arrives",
        f"this is the log port (TX2), or the firmware is running: use TX1/RX1 and {_RESET}",
    ),
    Heard.TUYA_MCU: (
        "the running firmware talks to its MCU here",
        f"{_RESET}; if an MCU shares TX1/RX1, hold it in reset or cut its lines",
    ),
    Heard.BREAK: (
        "the line stays low",
        "the chip has no power, or GND or the chip's TX1 is not where the adapter's RX is",
    ),
    Heard.GARBAGE: (
        "garbage arrives",
        "GND is missing or loose, the adapter works at 5 V, or something sends at another rate",
    ),
    Heard.ENDLESS: (
        "answers arrive without end",
        "a chip answers each request once: check what is connected to this port",
    ),
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What arrived at a port, and what that suggests.

    Attributes:
        heard: Kind of bytes.
        count: Number of bytes.
        sample: The latest of them, as text if they are text, else as hex.
    """

    heard: Heard
    count: int
    sample: str

    @property
    def seen(self) -> str:
        """What arrives, as text."""
        return HEARD_TEXT[self.heard][0]

    @property
    def advice(self) -> str:
        """What to do about it."""
        return HEARD_TEXT[self.heard][1]


def diagnose(data: bytes) -> Diagnosis:
    """Classify bytes that arrived while link checks were sent and were no reply to them."""
    heard = _heard(data)
    return Diagnosis(heard, len(data), _sample(data, heard))


def _heard(data: bytes) -> Heard:
    if not data:
        return Heard.NOTHING
    if REQUEST in data:
        return Heard.ECHO
    if not data.strip(b"\0"):
        # Single zero bytes come with every power-up.
        return Heard.BREAK if len(data) > _FEW else Heard.NOTHING
    if data.count(_TUYA_MCU) * 7 >= len(data) // 2 and _TUYA_MCU in data:
        return Heard.TUYA_MCU
    if sum(byte in _TEXT for byte in data) >= _MOSTLY * len(data) and len(data) > _FEW:
        return Heard.TEXT
    return Heard.GARBAGE


def _sample(data: bytes, heard: Heard) -> str:
    tail = data[-_SAMPLE:]
    if heard is Heard.TEXT:
        return "".join(chr(b) if 0x20 <= b < 0x7F else " " for b in tail).strip()
    return tail[:16].hex(" ")
