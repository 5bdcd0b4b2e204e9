"""An endless row of made-up dumps: any of them, from its number, the same every time.

They are of a few hundred products, whose devices have the same pins (but for a few clones), run
apps of a few families in several versions, and are damaged now and then, as real ones are. Nothing
of a real device is in them; the code beyond the sample's is noise in the shape of functions.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR, chip
from bekenlab.image import rf
from bekenlab.openbeken.config.sector import empty_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.samples import SAMPLE_CHIP, flash_with, sample_app
from bekenlab.tuya.parameters.format import format_parameters
from bekenlab.tuya.storage.encode import encode_protected, encode_storage

if TYPE_CHECKING:
    from collections.abc import Callable

_PRODUCTS = 300
# Neighbours in the row run the same app, as the apps take longest to make.
_SAME_APP = 64
_FAMILIES = ("plug", "wall", "lamp", "sens")
_VERSIONS = 6
_FUNCTIONS = 5000
_SHORTEST, _LONGEST = 32, 300  # bytes of a function
_PADS = (6, 7, 8, 9, 10, 11, 14, 16, 17, 20, 23, 24, 26)
_MODULES = ("CB2S", "CB3S", "CBU", "CB2L", "CB3L")
_CONFIG_VERSION = 5
_MCU_SCHEMA = [
    {"id": 1, "mode": "rw", "type": "obj", "property": {"type": "bool"}},
    {
        "id": 2,
        "mode": "rw",
        "type": "obj",
        "property": {"type": "value", "min": 5, "max": 35, "scale": 0, "step": 1},
    },
]


@dataclass(frozen=True, slots=True)
class _Product:
    """A product: its ids, and how its devices are connected."""

    id: str
    schema: str
    family: int
    parameters: dict[str, str | int]


def generated_dump(seed: int, number: int) -> bytes:
    """One dump of the row.

    Args:
        seed: Which row.
        number: Which of it, from 0.
    """
    chance = Random(f"{seed} {number}")  # noqa: S311  no secret
    group = number // _SAME_APP
    family, version = group % len(_FAMILIES), group // len(_FAMILIES) % _VERSIONS
    flash = bytearray(_code(seed, family, version))
    target = chip(SAMPLE_CHIP)
    _put(flash, target.rf_address, rf.build(b"\x02" + chance.randbytes(5)))
    product = _product(seed, family + len(_FAMILIES) * chance.randrange(_PRODUCTS))
    kind = chance.random()
    if kind < 0.08:
        _openbeken(flash, product)
    else:
        _tuya(flash, chance, product, told=kind > 0.2, mcu=kind > 0.92)
    return _damaged(flash, chance)


@lru_cache(maxsize=4)
def _code(seed: int, family: int, version: int) -> bytes:
    """Boot loader and app; a version changes one function of ten."""
    name = f"bekenlab_sample_{_FAMILIES[family]}".encode()
    app = sample_app().replace(b"bekenlab_sample_plug", name)
    app = app.replace(b"1.0.0", f"1.{version}.0".encode())
    parts = [app.ljust(-(-len(app) // 16) * 16, b"\0")]
    for number in range(_FUNCTIONS):
        changed = version if number % 10 == 0 else 0
        chance = Random(f"{seed} {family} {changed} {number}")  # noqa: S311
        body = chance.randbytes(chance.randrange(_SHORTEST, _LONGEST) // 4 * 4)
        parts.append(struct.pack("<H", 0xB5F0) + body[2:])
    return bytes(flash_with(b"".join(parts)))


@lru_cache(maxsize=1024)
def _product(seed: int, number: int) -> _Product:
    chance = Random(f"{seed} product {number}")  # noqa: S311
    family = number % len(_FAMILIES)
    letters = "".join(chance.choices("abcdefghijkmnpqrstuvwxyz23456789", k=13))
    parameters = _layout(chance, family) | {"module": chance.choice(_MODULES), "jv": "1.0.0"}
    return _Product(f"key{letters}", f"0000{number:06d}", family, parameters)


def _layout(chance: Random, family: int) -> dict[str, str | int]:
    """Random pins of a kind of device."""
    pads = iter(chance.sample(_PADS, len(_PADS)))
    found: dict[str, str | int] = {}
    if _FAMILIES[family] == "lamp":
        for name in ("r", "g", "b", "c", "w")[: chance.choice((2, 3, 5))]:
            found |= {f"{name}_pin": next(pads), f"{name}_lv": 1}
        return found
    gangs = chance.randrange(1, 5) if _FAMILIES[family] == "wall" else 1
    for gang in range(1, gangs + 1):
        found |= {f"rl{gang}_pin": next(pads), f"rl{gang}_lv": chance.randrange(2)}
        found |= {f"bt{gang}_pin": next(pads), f"bt{gang}_lv": 0}
    found |= {"netled1_pin": next(pads), "netled1_lv": 0}
    if _FAMILIES[family] == "plug" and chance.randrange(2):
        found |= {"ele_pin": next(pads), "vi_pin": next(pads), "sel_pin_pin": next(pads)}
        found |= {"sel_pin_lv": 1, "chip_type": 0}
    return found


def _tuya(flash: bytearray, chance: Random, product: _Product, *, told: bool, mcu: bool) -> None:
    """What Tuya's firmware stores; every identity is random."""
    inner = chance.randbytes(16)
    identity = json.dumps(
        {"uuid": chance.randbytes(8).hex(), "auth_key": chance.randbytes(16).hex()}
    )
    about = {"pk": product.id, "s_id": product.schema, "id": chance.randbytes(10).hex()}
    wifi = {"ssid": f"net-{chance.randbytes(3).hex()}", "passwd": chance.randbytes(6).hex()}
    values = {
        "gw_bi": identity.encode() + b"\0",
        "gw_di": json.dumps(about).encode() + b"\0",
        "gw_wsm": json.dumps(wifi).encode() + b"\0",
        "em_sys_env": b"bk7231n".ljust(20, b"\0"),
        product.schema: json.dumps(_MCU_SCHEMA[: 2 if mcu else 1]).encode() + b"\0",
    }
    if mcu:
        values["baud_cfg"] = b"{baud:9600}\0"
    elif told:
        parameters = dict(product.parameters)
        if not chance.randrange(30):  # a clone
            parameters |= _layout(chance, product.family)
        values["user_param_key"] = format_parameters(parameters, crc=True).encode() + b"\0"
    target = chip(SAMPLE_CHIP)
    _put(flash, target.start_of("storage"), encode_storage(values, inner_key=inner))
    protected = encode_protected({"gw_bi": identity.encode()}, inner_key=inner)
    _put(flash, target.start_of("protected"), protected)


def _openbeken(flash: bytearray, product: _Product) -> None:
    """A configuration of OpenBeken, with its owner's network."""
    pins = [
        PinSetting(int(gpio), "Rel" if name.startswith("rl") else "Btn", 1)
        for name, gpio in product.parameters.items()
        if name.endswith("_pin")
    ]
    made = empty_config(_CONFIG_VERSION, SAMPLE_CHIP).with_pins(pins[:4])
    _put(flash, chip(SAMPLE_CHIP).config_address or 0, made.encode())


def _damaged(flash: bytearray, chance: Random) -> bytes:
    """The dump as it was read: nine of ten without a fault."""
    if chance.random() > 0.1:
        return bytes(flash)
    return chance.choice(_DAMAGES)(flash, chance)


def _cut(flash: bytearray, chance: Random) -> bytes:
    return bytes(flash[: chance.randrange(1, len(flash) // SECTOR) * SECTOR])


def _erased(flash: bytearray, chance: Random) -> bytes:
    at = chance.randrange(len(flash) // SECTOR) * SECTOR
    _put(flash, at, b"\xff" * min(SECTOR * chance.randrange(1, 64), len(flash) - at))
    return bytes(flash)


def _flipped(flash: bytearray, chance: Random) -> bytes:
    for _ in range(chance.randrange(1, 40)):
        flash[chance.randrange(len(flash))] ^= 1 << chance.randrange(8)
    return bytes(flash)


def _storage_hit(flash: bytearray, chance: Random) -> bytes:
    start = chip(SAMPLE_CHIP).start_of("storage")
    _put(flash, start + chance.randrange(17 * SECTOR), chance.randbytes(64))
    return bytes(flash)


def _rotated(flash: bytearray, chance: Random) -> bytes:
    at = chance.randrange(1, len(flash) // SECTOR) * SECTOR
    return bytes(flash[at:] + flash[:at])


def _noise(_: bytearray, chance: Random) -> bytes:
    return chance.randbytes(chance.randrange(0x10000))


_DAMAGES: tuple[Callable[[bytearray, Random], bytes], ...] = (
    _cut,
    _erased,
    _flipped,
    _storage_hit,
    _rotated,
    _noise,
)


def _put(flash: bytearray, address: int, content: bytes) -> None:
    flash[address : address + len(content)] = content
