"""Where backups were made, so that a write can be refused when there is none of this chip."""

from __future__ import annotations

import json
import time
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bekenlab.analysis.inputs import load
from bekenlab.chips import SECTOR
from bekenlab.errors import BekenlabError
from bekenlab.files import lock, write_whole
from bekenlab.flashing.backup_files import is_as_made
from bekenlab.flashing.refusals import is_blank, protected_regions
from bekenlab.image.layout import arrange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bekenlab.link.identity import Identity

_FILE = "backups.json"
_MOST = 1000
_PATIENCE, _EVERY = 200, 0.01  # seconds between tries


class KnownBackups:
    """A list of files in the user's data folder.

    Args:
        folder: Where the list is, or is made; None keeps no list.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / _FILE if folder else None

    def add(self, dump: Path) -> None:
        """Note a backup; silently does nothing when the list cannot be written."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_suffix(".lock").open("a", encoding="utf-8") as guard:
                _wait_for(guard)
                paths = [*(p for p in self.paths() if p != dump.resolve()), dump.resolve()]
                write_whole(self._path, json.dumps([str(p) for p in paths[-_MOST:]]).encode())
        except OSError:
            return  # then the backup has to be named

    def paths(self) -> list[Path]:
        """All files noted, oldest first, whether they still exist or not."""
        if self._path is None:
            return []
        try:
            names = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return []
        found = names if isinstance(names, list) else []
        return [Path(name) for name in found if isinstance(name, str)]


def _wait_for(guard: IO[str]) -> None:
    """Two runs that note a backup at once would each forget the other's; nobody waits for ever."""
    for _ in range(_PATIENCE):
        if lock(guard):
            return
        time.sleep(_EVERY)


def backup_of(
    identity: Identity, crcs: Mapping[int, int], candidates: Sequence[Path]
) -> tuple[Path, bytes] | None:
    """The newest backup of this very chip, and its bytes.

    A file is a chip's when it has the size of its flash and agrees with it in all that cannot be
    rebuilt: boot loader and RF calibration, which differs from chip to chip. One that is no longer
    what its manifest says has been changed or has gone bad: it is none.

    Args:
        identity: The chip.
        crcs: CRC-32 by sector address, as the chip holds them.
        candidates: Files to look at, oldest first.
    """
    for path in reversed(candidates):
        try:
            data = load(path)[0].data
        except (BekenlabError, IndexError):
            continue
        if len(data) != identity.flash_size or not is_as_made(path, data):
            continue
        # Some tools read from the middle on; in order it is a backup like any other.
        for ordered in dict.fromkeys((data, arrange(data).data)):
            if _same_chip(identity, crcs, ordered):
                return path, ordered
    return None


def _same_chip(identity: Identity, crcs: Mapping[int, int], data: bytes) -> bool:
    regions = protected_regions(identity)
    own = [r for r in regions if r.name != "bootloader" and not is_blank(crcs, r.start, r.end)]
    # Boot loaders are the same in thousands of devices. Without calibration data only the whole
    # tells one from another; then at least nothing of this chip can be lost.
    spans = [(r.start, r.end) for r in regions] if own else [(0, len(data))]
    return all(
        zlib.crc32(data[address : address + SECTOR]) == crcs.get(address)
        for start, end in spans
        for address in range(start, end, SECTOR)
    )
