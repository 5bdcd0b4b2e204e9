"""How much of a long test runs: a share each time, all of it on demand.

``BEKENLAB_ALL_TESTS=1`` asks for all. The share is the same each time, so that a failure can be
repeated.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = TypeVar("Value")

ALL = os.environ.get("BEKENLAB_ALL_TESTS") == "1"


def one_in(count: int, values: Sequence[Value]) -> Sequence[Value]:
    """Every ``count``-th of the values, the first among them; all of them on demand."""
    return values if ALL else values[::count]
