"""Fast access to registers, and saving and restoring them in all modes."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from unicorn import arm_const as arm

if TYPE_CHECKING:
    from collections.abc import Callable

_THUMB = 1 << 5
_MODE = 0x1F
_FIQ, _SYSTEM = 0x11, 0x1F
_MODES = (_FIQ, 0x12, 0x13, 0x17, 0x1B, _SYSTEM)
_GENERAL = tuple(getattr(arm, f"UC_ARM_REG_R{n}") for n in range(16))
_BANKED = {"sp": arm.UC_ARM_REG_SP, "lr": arm.UC_ARM_REG_LR}
_BANKED_SPSR = {**_BANKED, "spsr": arm.UC_ARM_REG_SPSR}
_BANKED_FIQ = {**_BANKED_SPSR, **{f"r{n}": _GENERAL[n] for n in range(8, 13)}}


def quick_access(engine: Any) -> tuple[Callable[[int], int], Callable[[int, int], None]]:
    """Functions that read and write a 32-bit register of an engine.

    Unicorn's own take 2.3 microseconds, since they look up the kind of register each time; calling
    its library directly takes 0.6, which saves a quarter of a boot. If a later Unicorn lacks these
    internals, its own functions are used.
    """
    try:
        from unicorn.unicorn_py3.unicorn import uclib

        handle = vars(engine)["_uch"]
        fetch, store = uclib.uc_reg_read, uclib.uc_reg_write
    except (ImportError, AttributeError, KeyError):
        return engine.reg_read, engine.reg_write
    value = ctypes.c_uint64()
    place = ctypes.byref(value)

    def read(register: int) -> int:
        if fetch(handle, register, place):
            raise ValueError(register)
        return value.value

    def write(register: int, content: int) -> None:
        value.value = content
        if store(handle, register, place):
            raise ValueError(register)

    return read, write


def _banked(mode: int) -> dict[str, int]:
    if mode == _SYSTEM:
        return _BANKED
    return _BANKED_FIQ if mode == _FIQ else _BANKED_SPSR


def save_registers(engine: Any) -> dict[str, int]:
    """All registers by name: ``"r0"``, ``"cpsr"``, ``"12.sp"`` (mode in hexadecimal)."""
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
    """Restore what :func:`save_registers` returned."""
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
