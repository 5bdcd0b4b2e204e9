"""Whether 0 to 0x11000 holds a whole boot loader, and one that this chip can run.

Every loader seen ends with an RBL trailer that holds the CRC of its code; Tuya's T1 loader 2.0.0 is
known by its first bytes only. Sources: docs/formats.md, "Boot loaders" and "RBL containers".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.chips import (
    APP_START,
    bootloader_ends,
    find_bootloader,
    find_chip,
    no_loaders,
)
from bekenlab.chips import chips as every_chip
from bekenlab.image import cipher, framing
from bekenlab.image.cipher import TUYA_KEY
from bekenlab.image.encryption import APP_ADDRESS, BOOTLOADER_ADDRESS, handlers_in_app, opens
from bekenlab.image.keys import key_at, key_name, same_key
from bekenlab.image.rbl import body_crc_matches, find_headers

if TYPE_CHECKING:
    from collections.abc import Collection

    from bekenlab.chips import BootLoader, NoLoader
    from bekenlab.image.cipher import CodeKey

# A frame is right by chance once in 65,536.
_MIN_FRAMES = 8


class LoaderState(StrEnum):
    """What is where the boot loader belongs."""

    INTACT = "intact"
    ERASED = "erased"
    UNREADABLE = "unreadable"
    APP = "app"
    DAMAGED = "damaged"
    OTHER_KEY = "other-key"
    OTHER_CHIP = "other-chip"
    NO_CODE = "no-code"
    UNKNOWN = "unknown"
    """Code of a kind that cannot be judged; it may well be a loader that works."""


_MISSING = {
    LoaderState.ERASED: "the boot loader is erased (FF)",
    LoaderState.UNREADABLE: "the area of the boot loader reads 00 only",
    LoaderState.APP: "an application lies at 0, where the boot loader belongs",
    LoaderState.DAMAGED: "the boot loader is damaged or incomplete",
    LoaderState.NO_CODE: "what lies at 0 is no code, so there is no boot loader",
}


@dataclass(frozen=True, slots=True)
class LoaderCheck:
    """The verdict on the boot loader's area.

    Attributes:
        state: What is there.
        key: Key its code is stored under, or None.
        about: What is wrong, for a person; empty if nothing is.
    """

    state: LoaderState
    key: CodeKey | None = None
    about: str = ""

    @property
    def starts(self) -> bool:
        """Whether it is a loader the chip can run, or may be one: nothing else is worth keeping."""
        return self.state in {LoaderState.INTACT, LoaderState.UNKNOWN}


def check_loader(
    head: bytes,
    *,
    chips: Collection[str] = (),
    key: CodeKey | None = None,
    app_key: CodeKey | None = None,
) -> LoaderCheck:
    """Judge the area of the boot loader.

    Args:
        head: Flash from 0 to 0x11000, physical.
        chips: Names of the chips a loader may be for; empty: any.
        key: The chip's code key; None if it is not known.
        app_key: The key of the app at 0x11000, which only helps to tell a loader from an app.
    """
    head = head[:APP_START]
    empty = _uniform(head)
    if empty is not None:
        state = LoaderState.ERASED if empty.byte == 0xFF else LoaderState.UNREADABLE
        return _missing(state)
    found = key_at(head, 0, BOOTLOADER_ADDRESS)
    known = find_bootloader(head)
    if not _is_whole(head):
        if _is_app(head, key, app_key):
            return _missing(LoaderState.APP)
        check = _judge_without_trailer(head, known, found)
        if check.state is not LoaderState.INTACT:
            return check
    return _judge_fit(head, known, found, chips, key)


def _uniform(head: bytes) -> NoLoader | None:
    """The row for an area of equal bytes, or None."""
    return next((row for row in no_loaders() if not head.strip(bytes([row.byte]))), None)


def _missing(state: LoaderState) -> LoaderCheck:
    return LoaderCheck(state, None, _MISSING[state])


def _is_app(head: bytes, *keys: CodeKey | None) -> bool:
    """Whether the code at 0 belongs to 0x10000.

    Under a known key it decrypts at one of the two addresses only; else its handlers tell.
    """
    vectors = framing.strip(head[: 2 * framing.FRAME_SIZE])
    for key in (*keys, TUYA_KEY):
        if key is not None and not key.bypassed:
            for address in (BOOTLOADER_ADDRESS, APP_ADDRESS):
                if opens(vectors, address, key):
                    return address == APP_ADDRESS
    found = key_at(head, 0, APP_ADDRESS)
    if found is None:
        return False
    return handlers_in_app(cipher.apply(vectors, APP_ADDRESS, found)) is True


def _is_whole(head: bytes) -> bool:
    """Whether an RBL trailer confirms all of the loader's code."""
    return any(
        hit.framed
        and hit.header.name == "bootloader"
        and hit.end in bootloader_ends()
        and body_crc_matches(hit.header, framing.strip(head[: hit.offset]))
        for hit in find_headers(head)
    )


def _judge_without_trailer(
    head: bytes, known: BootLoader | None, key: CodeKey | None
) -> LoaderCheck:
    good, blank = framing.count_frames(head)
    if good < _MIN_FRAMES:
        return _missing(LoaderState.NO_CODE)
    # Loaders with a partition table have a trailer behind it; without it, a part is missing.
    partial = known is not None and known.app is not None
    bad = len(head) // framing.FRAME_SIZE - good - blank
    begins_blank = not head[: framing.FRAME_SIZE].strip(b"\xff")
    if partial or bad or begins_blank:
        return _missing(LoaderState.DAMAGED)
    if known is None or key is None:
        return LoaderCheck(LoaderState.UNKNOWN, key)
    return LoaderCheck(LoaderState.INTACT, key)


def _judge_fit(
    head: bytes,
    known: BootLoader | None,
    found: CodeKey | None,
    chips: Collection[str],
    key: CodeKey | None,
) -> LoaderCheck:
    """The verdict on a whole loader: whether it is for this chip, and under its key."""
    if known is not None and chips and known.chip not in _with_relatives(chips):
        text = f"the boot loader is that of a {known.chip} ({known.name})"
        return LoaderCheck(LoaderState.OTHER_CHIP, found, text)
    if key is None:
        return LoaderCheck(LoaderState.INTACT, found)
    fits = (
        same_key(found, key)
        if found
        else opens(framing.strip(head[: framing.FRAME_SIZE]), BOOTLOADER_ADDRESS, key)
    )
    if fits:
        return LoaderCheck(LoaderState.INTACT, key)
    under = key_name(found) if found else "a key that could not be worked out"
    text = f"the boot loader is stored under {under}, but the chip has {key_name(key)}"
    return LoaderCheck(LoaderState.OTHER_KEY, found, text)


def _with_relatives(names: Collection[str]) -> set[str]:
    """Chips of the same silicon as the named ones; their keys differ, which is judged apart."""
    ids = {found.chip_id for name in names if (found := find_chip(name)) and found.chip_id}
    return set(names) | {chip.name for chip in every_chip() if chip.chip_id in ids}
