"""A value that does not print itself: Wi-Fi names, passwords, keys, uuids, MAC tails."""

from __future__ import annotations

from dataclasses import dataclass

REDACTED = "<redacted>"


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Bytes that must not reach a log, a report or a terminal by accident.

    Printing, formatting or repr of it gives ``<redacted>``; ``reveal`` is the only way out,
    so that a search for it in the code lists every place where a secret can leave.
    """

    _value: bytes

    def reveal(self) -> bytes:
        """Return the bytes themselves, for a caller whose user asked for secrets."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return REDACTED

    __str__ = __repr__


def mask_mac(mac: str) -> str:
    """Hide the device's half of a MAC address: ``1c:90:ff:xx:xx:xx``.

    The first three octets name the maker, which helps; the last three name the device.
    """
    return ":".join(mac.split(":")[:3] + ["xx"] * 3)
