"""Values that cannot be printed by accident: Wi-Fi names, passwords, keys, uuids, MAC addresses."""

from __future__ import annotations

from dataclasses import dataclass

REDACTED = "<redacted>"


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Bytes that must not reach a log, a report or a terminal by accident.

    Printing or formatting it, or its repr, gives ``<redacted>``. ``reveal`` is the only way to get
    the bytes, so a search for it in the code finds every place where a secret can leak.
    """

    _value: bytes

    def reveal(self) -> bytes:
        """The bytes themselves, for a caller whose user asked to see secrets."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return REDACTED

    __str__ = __repr__


def mask_mac(mac: str) -> str:
    """Hide the second half of a MAC address: ``1c:90:ff:xx:xx:xx``.

    The first three octets identify the maker, which is useful; the last three the device.
    """
    return ":".join(mac.split(":")[:3] + ["xx"] * 3)
