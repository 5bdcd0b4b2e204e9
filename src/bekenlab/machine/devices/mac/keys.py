"""The key memory: which cipher belongs to which transmitter.

The firmware writes the header of CCMP itself and leaves the payload to the hardware. Here frames
are exchanged unencrypted, so that no cipher is computed: only which key a frame would use matters.
"""

from __future__ import annotations

from dataclasses import dataclass

from bekenlab.machine.devices.base import bytes_of, int_of, table_of

READ, WRITE, SEARCH, NOT_FOUND = 1 << 31, 1 << 30, 1 << 29, 1 << 28
_INDEX_SHIFT, _INDEX = 16, 0x3FF
_CIPHER_SHIFT, _CIPHER = 8, 7
CCMP = 3
#: Entries below belong to networks (group keys), the others to stations.
_FIRST_STATION = 24


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry.

    Attributes:
        address: MAC address of the station.
        key: The key, 16 bytes.
        control: What was written to the control register.
    """

    address: bytes
    key: bytes
    control: int

    @property
    def cipher(self) -> int:
        """0 for none."""
        return self.control >> _CIPHER_SHIFT & _CIPHER


class KeyMemory:
    """Entries by index."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}

    def command(self, control: int, address: bytes, key: bytes) -> tuple[int, Entry | None]:
        """Carry out what was written to the control register.

        Returns:
            The new value of the register, and the entry that was read.
        """
        index = control >> _INDEX_SHIFT & _INDEX
        if control & WRITE:
            self.entries[index] = Entry(address, key, control & ~(READ | WRITE | SEARCH))
        if control & SEARCH:
            return self._search(control, address), None
        return control & ~(READ | WRITE), self.entries.get(index) if control & READ else None

    def _search(self, control: int, address: bytes) -> int:
        kept = control & ~(SEARCH | NOT_FOUND | _INDEX << _INDEX_SHIFT)
        index = self.station(address)
        return kept | NOT_FOUND if index is None else kept | index << _INDEX_SHIFT

    def station(self, address: bytes) -> int | None:
        """Index of a station's entry, or None."""
        for index, entry in self.entries.items():
            if index >= _FIRST_STATION and entry.address == address:
                return index
        return None

    def save(self) -> dict[int, object]:
        """Entries, for a snapshot."""
        return {i: [e.address, e.key, e.control] for i, e in sorted(self.entries.items())}

    def load(self, saved: object) -> None:
        """Restore what :meth:`save` returned."""
        self.entries = {}
        for index, row in table_of(saved).items():
            if not isinstance(row, list):
                raise TypeError("expected an entry of the key memory")
            address, key, control = row
            self.entries[index] = Entry(bytes_of(address), bytes_of(key), int_of(control))
