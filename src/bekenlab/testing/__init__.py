"""Test firmware and flashing programs without hardware: chips for pytest.

The fixtures ``virtual_chip`` and ``served_chip`` are there wherever pytest and bekenlab are
installed; see docs/testing.md. These are the types of what they give, for annotations::

    def test_it_starts(virtual_chip: VirtualChips) -> None:
        virtual_chip("firmware.bin").wait_for("started")

Both can be used without pytest, too.
"""

# What type checkers take for true. Importing it from typing would take twenty times as long as all
# the rest of this module.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from bekenlab.testing.served_chip import ServedChip, ServedChips
    from bekenlab.testing.virtual_chip import VirtualChip, VirtualChips

__all__ = ["ServedChip", "ServedChips", "VirtualChip", "VirtualChips"]

if not TYPE_CHECKING:  # pytest loads this package at every start, in projects that never use it

    def __getattr__(name: str) -> object:
        """Load a name from where it is defined."""
        from importlib import import_module

        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = "served_chip" if name.startswith("Served") else "virtual_chip"
        found = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """All names, loaded or not."""
        return sorted({*globals(), *__all__})
