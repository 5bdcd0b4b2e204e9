"""The boot ROM of BK7231N and related chips, modelled from how tools talk to it.

No image of the ROM is available to run, so this is a model in Python and virtual time. The source
of each number, or that it is an estimate, is stated beside it in ``data/rom.toml``.
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
