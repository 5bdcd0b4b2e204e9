"""A target: something that reads what comes from outside, and inputs to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TEXT, FLASH = 1 << 20, 4 << 20


@dataclass(frozen=True, slots=True)
class Target:
    """A row of the table.

    Attributes:
        name: Name on the command line.
        run: Reads one input; may raise ``BekenlabError``, and nothing else. An ``AssertionError``
            says that a promise was broken.
        seeds: Makes the inputs to begin with.
        real: Makes more of them, from real data; empty where there are none.
        tokens: Words that mean something in an input.
        limit: Size of the largest input, in bytes.
        weight: Share of the inputs when several targets are run; less where one takes long.
        floor: Processor seconds that any input may take, however small.
    """

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    real: Callable[[], Sequence[bytes]] = tuple
    tokens: tuple[bytes, ...] = ()
    limit: int = TEXT
    weight: float = 1.0
    floor: float = 0.2
