"""Test firmware and flashing programs without hardware: virtual chips for pytest.

The fixtures ``virtual_chip`` and ``served_chip`` are available wherever pytest and bekenlab are
installed; see docs/testing.md. These are their types, for annotations::

    def test_it_starts(virtual_chip: VirtualChips) -> None:
        virtual_chip("firmware.bin").wait_for("started")

Both can be used without pytest, too.
"""

# Type checkers treat this as true. Importing it from typing would take twenty times as long as the
# rest of this module.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from bekenlab.testing.served_chip import ServedChip, ServedChips
    from bekenlab.testing.virtual_chip import VirtualChip, VirtualChips

__all__ = ["ServedChip", "ServedChips", "VirtualChip", "VirtualChips"]

if not TYPE_CHECKING:  # pytest loads this package at every start, in projects that never use it

    def __getattr__(name: str) -> object:
        """Import a name when it is first used."""
        from importlib import import_module

        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = "served_chip" if name.startswith("Served") else "virtual_chip"
        found = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """All names, imported or not."""
        return sorted({*globals(), *__all__})
