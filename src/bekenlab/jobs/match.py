"""Find the known devices most similar to a device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.openbeken.settings import parse_settings
from bekenlab.openbeken.similar import Signature, Similarity, rank

if TYPE_CHECKING:
    from bekenlab.analysis.subject import Subject
    from bekenlab.openbeken.devices import DeviceList

_NAMES = ("vendor", "name", "model")


@dataclass(frozen=True, slots=True)
class Matches:
    """The known devices similar to one.

    Attributes:
        name: Base name of the file about it.
        wanted: The signature searched for.
        ignored: Invalid parts of its template, one sentence each.
        devices: Number of entries in the list.
        similar: Similar ones, best first; may be empty.
    """

    name: str
    wanted: Signature
    ignored: tuple[str, ...]
    devices: int
    similar: tuple[Similarity, ...]

    @property
    def ties(self) -> int:
        """How many have the best score."""
        return sum(each.score == self.similar[0].score for each in self.similar)


def match(subject: Subject, known: DeviceList) -> Matches:
    """Compare a device with all known ones."""
    wanted, ignored = signature(subject)
    return Matches(subject.name, wanted, ignored, len(known.devices), rank(wanted, known.devices))


def signature(subject: Subject) -> tuple[Signature, tuple[str, ...]]:
    """The signature to search for, and one sentence for each part of the template left out."""
    template = subject.template
    pins, ignored = parse_settings(template["pins"])
    names = (template.get(name) for name in _NAMES)
    wanted = Signature(
        pins=pins,
        chip=subject.chip,
        module=subject.module,
        names=tuple(name for name in names if isinstance(name, str) and name),
        firmware=subject.firmware,
    )
    return wanted, ignored
