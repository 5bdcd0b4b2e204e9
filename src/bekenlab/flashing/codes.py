"""The names of refusals, and of the parts of a chip that can be kept, as frontends offer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.chips import Region

KEEPABLE = ("bootloader", "rf")
"""Parts that cannot be rebuilt: each is the name of the part and of the refusal to change it."""

OVERRIDABLE = (
    *KEEPABLE,
    "no-bootloader",
    "encryption",
    "wrong-chip",
    "too-big",
    "no-backup",
    "unknown-file",
    "damaged-file",
)
"""Codes of all refusals; each can be overridden."""


def code_of(region: Region) -> str:
    """Which of ``KEEPABLE`` a protected region is."""
    return "bootloader" if region.name == "bootloader" else "rf"
