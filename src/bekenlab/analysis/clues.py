"""What points to a chip: observations, and the verdict they lead to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChipVerdict:
    """The chip and the evidence for it.

    Attributes:
        name: Chip name as in ``chips``, or None if there is no clue.
        evidence: Clues for this chip, strongest first.
    """

    name: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clue:
    """One observation that points to certain chips.

    Attributes:
        chips: Names of the chips it points to.
        weight: Its weight. A clue that names a chip outweighs one that several chips share.
        text: The observation, as text for the reader.
    """

    chips: tuple[str, ...]
    weight: int
    text: str
