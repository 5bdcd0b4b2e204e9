"""Names valid in ESPHome: host names, identifiers, names of entities."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FALLBACK = "bekenlab-device"

_LONGEST_HOST = 31


def host_name(*candidates: str | None) -> str:
    """A host name of lower-case letters, digits and hyphens from the first text that gives one."""
    for text in candidates:
        plain = re.sub(r"[^a-z0-9]+", "-", (text or "").lower()).strip("-")
        if re.search("[a-z]", plain):
            return plain[:_LONGEST_HOST].strip("-")
    return FALLBACK


@dataclass(slots=True)
class Names:
    """Keeps track of names in use so that none is used twice."""

    identifiers: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)

    def identifier(self, text: str) -> str:
        """An identifier from a label: ``"Relay 1"`` gives ``relay_1``, ``"Light"`` ``light_1``.

        ESPHome refuses the names of its components (``light``, ``buzzer``): none ends in a number
        after an underscore.
        """
        plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
        if not re.match("[a-z]", plain):
            plain = f"pin_{plain}"
        if not re.search(r"_\d+$", plain) and not plain.startswith("output_"):
            plain += "_1"
        return _free(plain, self.identifiers, "_")

    def entity(self, text: str) -> str:
        """A name for people from a label."""
        return _free(text, self.entities, " ")


def _free(name: str, taken: set[str], gap: str) -> str:
    """The name, with the next free number if it is taken; case is ignored."""
    stem, _, end = name.rpartition(gap)
    number = int(end) if stem and end.isdecimal() else 1
    stem = stem if stem and end.isdecimal() else name
    free = name
    while free.lower() in taken:
        number += 1
        free = f"{stem}{gap}{number}"
    taken.add(free.lower())
    return free
