"""Shared by the tests of the machine: boards without a processor, tiny firmwares, real dumps."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from functools import cache

import numpy as np

from bekenlab.machine import FlashImage
from bekenlab.machine.board import Board, build_board
from bekenlab.machine.chips import load_profile
from bekenlab.machine.clock import Clock
from bekenlab.machine.devices.gdma import Gdma
from bekenlab.machine.devices.pwm_new import NewPwm
from bekenlab.machine.devices.pwm_old import OldPwm
from shared import shared

APP = 0x10000
PLUG = "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"

#: Dump name to chip. The names of the files say it, or the boot loader in them.
CHIPS = {
    "bk7231n-lspa9-clone-first-bydarkman-topic3887748": "BK7231N",
    "bk7231n-tuya-10gang-wallswitch-tuyamcu-3.1.28": "BK7231N",
    "bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17": "BK7231N",
    "bk7231n-tuya-arlec-razer-rgbstrip-pwm-tuyaos-3.3.44": "BK7231N",
    "bk7231n-tuya-beok-tol47wifi-thermostat-tuyamcu-tuyaos-3.11.12": "BK7231N",
    "bk7231n-tuya-gleco-bulb-5ch-pwm-5000hz-cb2l-1.5.21": "BK7231N",
    PLUG: "BK7231N",
    "bk7231n-tuya-temphum-lcd-sensor-tuyamcu-2025-26-9": "BK7231N",
    "bk7231n-tuya-zmai90-rn8209c-energymeter": "BK7231N",
    "bk7231q-tuya-moes-relay-wa2-1.1.3": "BK7231Q",
    "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz": "BK7231T",
    "bk7231t-tuya-ledvance-ww-cw-bulb-pwm-2000hz-1.0.8": "BK7231T",
    "bk7231t-tuya-tmwf02-fan-switch-tuyamcu-1.1.71": "BK7231T",
    "bl2028n-dreo-dr-htf004s-fan-pai-053": "BL2028N",
    "daybetter-flsl501115wifity-rgb-led-strip": "BK7231T",
    "feconn-fe-mr16-5w-gu5.3-rgbct-bulb": "BK7231N",
    "globe-electric-37783-rgbct-bulb-v2.0.0": "BK7231T",
    "kanlux-33643-s-gu10-rgbcct-bulb": "BK7231N",
    "led-moon-18w-cct-kobi": "BK7231T",
    "mirabella-genio-i003632-plug": "BK7231N",
    "moes-wk-us2-tc-in-wall-outlet": "BK7231N",
    "openbk7231n-qio-1.18.300-obkstartupcommand-setpinrolepwm3700": "BK7231N",
    "openbk7231n-qio-1.18.300": "BK7231N",
    "openbk7231t-qio-1.18.300-mathdemo-obkstartupcommand-bl0942": "BK7231T",
    "openbk7231t-qio-1.18.300-mathdemo-obkstartupcommand-tuyamcu": "BK7231T",
    "openbk7231t-qio-1.18.300-mathdemo-obkstartupcommand-uartconsole": "BK7231T",
    "openbk7231t-qio-1.18.300": "BK7231T",
    "openbk7238-qio-1.18.300": "BK7238",
    "qs-wifi-c03-wifi-gate-opener-module": "BK7231N",
    "smartled-8046-2-gang-smart-switch": "BK7231N",
    "tuya-generic-ds-101jl-4-gang-smart-switch": "BK7231T",
    "tuya-generic-motion-sensor-cbu-v1.0.6-kraslaw": "BK7231N",
}
_ROTATED = {"led-moon-18w-cct-kobi": 0x11000}
_VECTOR = bytes.fromhex("14f09fe5")  # ldr pc, [pc, #0x14], the second word of any of these images


@dataclass
class BareBoard:
    """A board without a processor, accessed through its bus as by firmware."""

    board: Board
    clock: Clock

    def read(self, address: int) -> int:
        return self.board.bus.read(address)

    def write(self, address: int, value: int) -> None:
        self.board.bus.write(address, 4, value)

    @property
    def pwm(self) -> NewPwm | OldPwm:
        device = self.board.devices["pwm"]
        assert isinstance(device, NewPwm | OldPwm)
        return device

    @property
    def gdma(self) -> Gdma:
        device = self.board.devices["gdma"]
        assert isinstance(device, Gdma)
        return device

    def wait(self, seconds: float) -> None:
        """Let virtual time pass from deadline to deadline."""
        end = self.clock.now + round(seconds * self.clock.hz)
        while (tick := self.clock.next()) is not None and tick <= end:
            self.clock.now = max(self.clock.now, tick)
            self.clock.fire()
        self.clock.now = max(self.clock.now, end)


def bare_board(chip: str = "BK7231N") -> BareBoard:
    profile = load_profile(chip)
    clock = Clock(profile.rate)
    return BareBoard(build_board(profile, clock), clock)


def firmware(*words: int) -> FlashImage:
    """An image whose application consists of these ARM words; there is no boot loader."""
    code = b"".join(word.to_bytes(4, "little") for word in words)
    logical = (b"\xff" * APP + code).ljust(APP + 0x1000, b"\xff")
    return FlashImage(physical=b"\xff" * 0x200000, logical=logical)


def prints(text: bytes, *after: int) -> tuple[int, ...]:
    """ARM words that print on UART2 and continue with ``after``."""
    words = [0xE59F1000 + 4 * (2 * len(text) + len(after) - 1)]  # ldr r1, =UART2 port
    for byte in text:
        words += [0xE3A00000 | byte, 0xE5810000]  # mov r0, #byte; str r0, [r1]
    return (*words, *after, 0x0080220C)


LOOP = 0xEAFFFFFE  # b .


@cache
def image(name: str) -> FlashImage:
    """A real dump in both address spaces."""
    physical = lzma.decompress(shared("dumps", f"{name}.bin.xz").read_bytes())
    turn = _ROTATED.get(name, 0)
    physical = physical[-turn:] + physical[:-turn] if turn else physical
    blocks = np.frombuffer(physical[: len(physical) // 34 * 34], np.uint8).reshape(-1, 34)
    logical = blocks[:, :32].tobytes()
    if logical[4:8] != _VECTOR:
        logical = _decrypt(logical)
    return FlashImage(physical, logical)


def _decrypt(logical: bytes) -> bytes:
    address = np.arange(0, len(logical), 4, dtype=np.uint32)
    x = (address >> 8 | address << 24) ^ np.uint32(0x510FB093)
    nibbles = np.uint32(0x11111111) * (x >> 2 & np.uint32(15))
    key = (x << 17 | x >> 15) ^ (np.uint32(0xE519A4F1) & nibbles) ^ np.uint32(0x5993A17E)
    return bytes((np.frombuffer(logical, "<u4") ^ key).tobytes())
