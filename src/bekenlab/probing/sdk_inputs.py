"""Inputs that the SDK sets up on every device."""

from __future__ import annotations

from functools import cache

from bekenlab.data import read_table


@cache
def sdk_inputs(chip: str) -> frozenset[int]:
    """Inputs that the SDK sets up itself, whatever the device."""
    return frozenset(read_table("probing", "sdk_inputs.toml")["inputs"].get(chip, ()))
