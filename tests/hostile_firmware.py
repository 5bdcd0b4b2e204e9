"""Firmware that means ill: it floods, erases and toggles as fast as the processor can."""

from __future__ import annotations

import struct
from itertools import chain
from typing import TYPE_CHECKING

from bekenlab.image import framing

if TYPE_CHECKING:
    from collections.abc import Sequence

UART1, UART2 = 0x0080_210C, 0x0080_220C  # the registers that send a byte
FLASH, GPIO, PWM = 0x0080_3000, 0x0080_2800, 0x0080_2A00
_APP, _HEAD = 0x10000, 0x40
_LOAD_PC = 0xE59F_F014


def mov(register: int, value: int) -> int:
    """``mov register, #value``, of up to eight bits."""
    return 0xE3A0_0000 | register << 12 | value


def store(register: int, base: int, offset: int = 0) -> int:
    """``str register, [base, #offset]``."""
    return 0xE580_0000 | base << 16 | register << 12 | offset


def exclusive_or(register: int, value: int) -> int:
    """``eor register, register, #value``."""
    return 0xE220_0000 | register << 16 | register << 12 | value


STORE_MANY = 0xE881_1FFC, 0xE881_1FF8  # stmia r1, {r2-r12}; stmia r1, {r3-r12}


def image(begin: Sequence[int], again: Sequence[int], values: dict[int, int]) -> bytes:
    """An application that loads values into registers, runs ``begin``, then ``again`` for ever.

    Args:
        begin: Instructions.
        again: Instructions of the loop.
        values: 32-bit values by register.
    """
    words: list[int] = []
    count = len(values) + len(begin) + len(again) + 1
    for number, register in enumerate(values):
        offset = 4 * (count + number) - (4 * number + 8)
        assert offset < 0x1000, "the values are too far away"
        words.append(0xE59F_0000 | register << 12 | offset)
    words += begin
    words += again
    words.append(0xEA00_0000 | (-(len(again) + 2) & 0xFF_FFFF))
    words += values.values()
    head = [0xEA00_000E, *[_LOAD_PC] * 7, *[_APP + _HEAD] * 8]
    code = struct.pack(f"<{len(head) + len(words)}I", *head, *words)
    return framing.add(code.ljust(0x3000, b"\0"))


def says(text: bytes, *, port: int = UART2, first: bytes = b"") -> bytes:
    """Sends ``first`` once, then ``text`` for ever."""
    begin, send = (
        list(chain.from_iterable((mov(0, byte), store(0, 1)) for byte in each))
        for each in (first, text)
    )
    return image(begin, send, {1: port})


def erases() -> bytes:
    """Erases all of flash, again and again."""
    return image([], [store(2, 1)], {1: FLASH, 2: 1 << 29 | 16 << 24})


def stores_many() -> bytes:
    """Toggles ten pins with each instruction."""
    levels = {register: 2 * (register % 2) for register in range(2, 13)}
    return image([], STORE_MANY * 32, {1: GPIO, **levels})


def toggles() -> bytes:
    """Toggles pins while their interrupts are on, and writes all registers of the PWM."""
    pins = [exclusive_or(3, 2), store(3, 1, 0), store(3, 1, 4), store(3, 2, 0), store(3, 2, 4)]
    return image([store(4, 1, 0x84)], pins * 16, {1: GPIO, 2: PWM, 3: 0, 4: 0xFFFF_FFFF})


def frame(command: int, payload: bytes) -> bytes:
    """A TuyaMCU frame of the module."""
    data = b"\x55\xaa\x00" + bytes([command]) + len(payload).to_bytes(2, "big") + payload
    return data + bytes([sum(data) & 0xFF])


PINS = b",rl1_pin: is 26 \n"
FLOODS = {
    "no line ever ends": says(b"[a"),
    "brackets": says(b"[{"),
    "empty lines": says(b"\n" * 32),
    "pins": says(PINS, first=b"[01-01 00:00:00 TUYA N][lr:0x1] "),
    "zero bytes": says(b"\0" * 16),
    "escapes": says(b"\x1b[2J\x1b]0;owned\x07\n"),
    "frames of a module": says(frame(6, b"\x01\x03\x00\x04abcd"), port=UART1),
    "flash is erased": erases(),
    "many registers at once": stores_many(),
    "pins toggle": toggles(),
}
