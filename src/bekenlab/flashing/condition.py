"""Whether a connected chip has its boot loader and RF data, and which key it has."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from bekenlab.chips import APP_LOGICAL, APP_START, SECTOR, CodeEncryption, decrypts
from bekenlab.flashing.same_chip import protected_regions
from bekenlab.image import rf
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey
from bekenlab.image.condition import NOTHING_KNOWN, Condition
from bekenlab.image.keys import CodeKeys, KeyWitnesses, key_at, keys_of
from bekenlab.image.loader_check import LoaderCheck, LoaderState, check_loader
from bekenlab.image.rf import RfState
from bekenlab.link.efuse import read_key
from bekenlab.link.errors import NoReplyError
from bekenlab.link.reading import read_alone, read_sectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bekenlab.chips import Chip
    from bekenlab.link.target import Target

_USUAL_KEYS = {CodeEncryption.TUYA_KEY: TUYA_KEY, CodeEncryption.PLAIN: PLAIN_KEY}


def _nothing(_address: int) -> bytes | None:
    return None


def examine(
    target: Target,
    *,
    original: Callable[[int], bytes | None] = _nothing,
    likely: Iterable[bytes | None] = (),
) -> Condition:
    """Read what is needed to judge the chip: up to 19 sectors, and its eFuse.

    Args:
        target: The chip.
        original: What a sector held before an interrupted write, which is restored; None: what it
            holds now.
        likely: Flash contents that may begin like the chip's, if there are any. If the CRC of one's
            boot loader is the chip's, the loader is not read.
    """
    identity = target.identity
    chip = identity.chip
    if target.size < APP_START + SECTOR:
        return NOTHING_KNOWN
    app = key_at(_sector(target, APP_START, original), 0, APP_LOGICAL)
    efuse = efuse_key(target)
    if identity.protocol.in_flash:
        # It answers, so it runs.
        key = keys_of(_sector(target, 0, original)).loader
        loader = LoaderCheck(LoaderState.INTACT, key)
    else:
        head = _head(target, original, [data for data in likely if data])
        names = (chip.name,) if chip else ()
        loader = check_loader(head, chips=names, key=efuse, app_key=app)
    code = CodeKeys(loader.key, app)
    usual = _USUAL_KEYS[chip.encryption] if chip else None
    keys = KeyWitnesses(efuse, code, usual)
    if chip is None:
        return Condition(loader, keys)
    return _with_rf(Condition(loader, keys), target, chip, original)


def efuse_key(target: Target) -> CodeKey | None:
    """The key in the eFuse, by which the chip decrypts code; None if unreadable or not used.

    A BK7238 has words in the place of the key, but decrypts nothing.
    """
    if target.identity.protocol.registers is None or not decrypts(target.identity.chip_id):
        return None
    try:
        words = read_key(target.session)
    except NoReplyError:
        # Not all ROMs may know the registers; without the eFuse, the code in flash tells the key.
        target.session.resync()
        return None
    return CodeKey(words) if words is not None else None


def _sector(target: Target, address: int, original: Callable[[int], bytes | None]) -> bytes:
    kept = original(address)
    return kept if kept is not None else read_alone(target, address).data


def _head(
    target: Target, original: Callable[[int], bytes | None], likely: Iterable[bytes]
) -> bytes:
    """Flash from 0 to 0x11000."""
    addresses = range(0, APP_START, SECTOR)
    kept = {a: data for a in addresses if (data := original(a)) is not None}
    heads = {zlib.crc32(data[:APP_START]): data[:APP_START] for data in likely}
    if heads and not kept:
        same = heads.get(target.confirmed_crc(0, APP_START))
        if same is not None:
            return same
    missing = [address for address in addresses if address not in kept]
    read = {sector.address: sector.data for sector in read_sectors(target, missing)}
    return b"".join((read | kept)[address] for address in addresses)


def _with_rf(
    condition: Condition, target: Target, chip: Chip, original: Callable[[int], bytes | None]
) -> Condition:
    """The condition with the RF data: in their place, or in another that some firmware uses."""
    if chip.rf_address + SECTOR > target.size:
        return condition
    state = rf.check(_sector(target, chip.rf_address, original))
    elsewhere = None
    if state is not RfState.PRESENT:
        others = (r.start for r in protected_regions(target.identity) if r.name != "bootloader")
        elsewhere = next((a for a in others if _holds_rf(target, a, chip, original)), None)
    return Condition(condition.loader, condition.keys, state, chip.rf_address, elsewhere)


def _holds_rf(
    target: Target, address: int, chip: Chip, original: Callable[[int], bytes | None]
) -> bool:
    if address == chip.rf_address or address + SECTOR > target.size:
        return False
    return rf.check(_sector(target, address, original)) is RfState.PRESENT
