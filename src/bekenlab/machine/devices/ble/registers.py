"""Registers of the Bluetooth controller (``ble_reg_blecore.h``).

Its blocks have one numbering. Time, interrupts, sleep and the exchange table are used in the common
block, all else in the block for Bluetooth LE.
"""

from __future__ import annotations

LE = 0x800
"""Offset of the block for Bluetooth LE."""

CONTROL, ENABLE, STATUS, ACKNOWLEDGE, ACTIVITY = 0x00, 0x18, 0x1C, 0x20, 0x24
SLEEP, SLEEP_FOR, SLEPT, SETTLES = 0x30, 0x34, 0x38, 0x3C
AES, AES_KEY, AES_DATA = 0xB0, 0xB4, 0xC4
FINE_TARGET, CLOCK_TARGET_1, FINE_TARGET_1, CLOCK_TARGET_2, FINE_TARGET_2 = (
    0xE4,
    0xE8,
    0xEC,
    0xF0,
    0xF4,
)
CLOCK, FINE_CLOCK, START = 0xF8, 0xFC, 0x100
LE_CONTROL, LE_VERSION, LE_ENABLE = LE + 0x00, LE + 0x04, LE + 0x0C

NAMES = {
    CONTROL: "CNTL",
    ENABLE: "INTCNTL1",
    STATUS: "INTSTAT1",
    ACKNOWLEDGE: "INTACK1",
    ACTIVITY: "ACTFIFOSTAT",
    SLEEP: "DEEPSLCNTL",
    SLEEP_FOR: "DEEPSLWKUP",
    SLEPT: "DEEPSLSTAT",
    SETTLES: "ENBPRESET",
    AES: "AESCNTL",
    AES_DATA: "AESPTR",
    FINE_TARGET: "FINETIMTGT",
    CLOCK_TARGET_1: "CLKNTGT1",
    FINE_TARGET_1: "HMICROSECTGT1",
    CLOCK_TARGET_2: "CLKNTGT2",
    FINE_TARGET_2: "HMICROSECTGT2",
    CLOCK: "SLOTCLK",
    FINE_CLOCK: "FINETIMECNT",
    START: "ACTSCHCNTL",
    LE_CONTROL: "RWBLECNTL",
    LE_VERSION: "VERSION",
    LE_ENABLE: "INTCNTL0",
}

# Interrupts: bits of ENABLE, STATUS and ACKNOWLEDGE.
HALF_SLOT, SLEPT_ENOUGH, ENCRYPTED, SOFTWARE = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FINE_REACHED, TARGET_1_REACHED, TARGET_2_REACHED, HAPPENED = 1 << 4, 1 << 5, 1 << 6, 1 << 15

# CONTROL and LE_CONTROL.
RESETS = 0xF << 28
SOFTWARE_REQUEST, ADVERTISING_ABORT, SCAN_ABORT = 1 << 27, 1 << 25, 1 << 24

# SLEEP, and the place in SETTLES of the time for waking from outside.
SLEEPS, SLEEP_ON, EXTERNAL_SHIFT = 1 << 15, 1 << 2, 21

# CLOCK.
SAMPLE, SET_CLOCK, CLOCK_MASK = 1 << 31, 1 << 30, (1 << 28) - 1

# START.
START_NOW, ENTRY_MASK = 1 << 31, 0xF
