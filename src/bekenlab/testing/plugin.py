"""The pytest plugin: the fixtures ``virtual_chip`` and ``served_chip``.

pytest imports this module at every start. Nothing else is loaded until a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.testing.served_chip import ServedChips
    from bekenlab.testing.virtual_chip import VirtualChips


@pytest.fixture
def virtual_chip() -> Iterator[VirtualChips]:
    """Boot firmware images in virtual chips.

    ``virtual_chip("firmware.bin")`` returns a :class:`~bekenlab.testing.VirtualChip`.
    """
    from bekenlab.testing.virtual_chip import VirtualChips

    with VirtualChips() as chips:
        yield chips


@pytest.fixture
def served_chip() -> Iterator[ServedChips]:
    """Serve virtual chips to flashing programs.

    ``served_chip("dump.bin")`` returns a :class:`~bekenlab.testing.ServedChip`; its ``address`` is
    what the program opens.
    """
    from bekenlab.testing.served_chip import ServedChips

    with ServedChips() as chips:
        yield chips
