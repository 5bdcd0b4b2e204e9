"""The table of targets: every reader of something that comes from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.targets_flash import FLASH_TARGETS
from fuzz.targets_kept import KEPT_TARGETS
from fuzz.targets_mcu import MCU_TARGETS
from fuzz.targets_redaction import REDACTION_TARGETS
from fuzz.targets_snapshots import SNAPSHOT_TARGETS
from fuzz.targets_text import TEXT_TARGETS
from fuzz.targets_wire import WIRE_TARGETS

if TYPE_CHECKING:
    from fuzz.model import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for rows in (
        FLASH_TARGETS,
        TEXT_TARGETS,
        WIRE_TARGETS,
        KEPT_TARGETS,
        MCU_TARGETS,
        SNAPSHOT_TARGETS,
        REDACTION_TARGETS,
    )
    for target in rows
}
