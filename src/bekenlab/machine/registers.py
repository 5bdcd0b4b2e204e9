"""Saving and restoring every register of every processor mode, independent of Unicorn's layout."""

from __future__ import annotations

from typing import Any

from unicorn import arm_const as arm

_THUMB = 1 << 5
_MODE = 0x1F
_FIQ, _SYSTEM = 0x11, 0x1F
_MODES = (_FIQ, 0x12, 0x13, 0x17, 0x1B, _SYSTEM)
_GENERAL = tuple(getattr(arm, f"UC_ARM_REG_R{n}") for n in range(16))
_BANKED = {"sp": arm.UC_ARM_REG_SP, "lr": arm.UC_ARM_REG_LR}
_BANKED_SPSR = {**_BANKED, "spsr": arm.UC_ARM_REG_SPSR}
_BANKED_FIQ = {**_BANKED_SPSR, **{f"r{n}": _GENERAL[n] for n in range(8, 13)}}


def _banked(mode: int) -> dict[str, int]:
    if mode == _SYSTEM:
        return _BANKED
    return _BANKED_FIQ if mode == _FIQ else _BANKED_SPSR


def save_registers(engine: Any) -> dict[str, int]:
    """Every register by name: ``"r0"``, ``"cpsr"``, ``"12.sp"`` (mode in hexadecimal)."""
    cpsr = int(engine.reg_read(arm.UC_ARM_REG_CPSR))
    saved = {f"r{n}": int(engine.reg_read(reg)) for n, reg in enumerate(_GENERAL)}
    saved["cpsr"] = cpsr
    for mode in _MODES:
        engine.reg_write(arm.UC_ARM_REG_CPSR, (cpsr & ~(_MODE | _THUMB)) | mode)
        for name, register in _banked(mode).items():
            saved[f"{mode:x}.{name}"] = int(engine.reg_read(register))
    _current(engine, saved)
    return saved


def load_registers(engine: Any, saved: dict[str, int]) -> None:
    """Put back what :func:`save_registers` gave."""
    for mode in _MODES:
        engine.reg_write(arm.UC_ARM_REG_CPSR, (saved["cpsr"] & ~(_MODE | _THUMB)) | mode)
        for name, register in _banked(mode).items():
            engine.reg_write(register, saved[f"{mode:x}.{name}"])
    _current(engine, saved)


def _current(engine: Any, saved: dict[str, int]) -> None:
    engine.reg_write(arm.UC_ARM_REG_CPSR, saved["cpsr"])
    for n, register in enumerate(_GENERAL[:15]):
        engine.reg_write(register, saved[f"r{n}"])
    # Writing the program counter sets the Thumb state from its lowest bit.
    thumb = 1 if saved["cpsr"] & _THUMB else 0
    engine.reg_write(_GENERAL[15], saved["r15"] | thumb)
