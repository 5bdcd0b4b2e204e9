"""The boot ROM of BK7231N and its relatives, modelled from how tools speak to it.

No image of the ROM exists to be run, so this is a model, in Python and in virtual time. What it
rests on, and what is an estimate, is written beside each number in ``data/rom.toml``.
"""

from bekenlab.machine.rom.chip import Mode, RomChip
from bekenlab.machine.rom.faults import CHIP_FAULTS, ChipFaults, chip_faults
from bekenlab.machine.rom.frames import Status

__all__ = [
    "CHIP_FAULTS",
    "ChipFaults",
    "Mode",
    "RomChip",
    "Status",
    "chip_faults",
]
