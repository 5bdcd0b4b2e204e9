"""Tools for Beken smart-home chips: from the bytes of a dump to pins with evidence.

The names here are the public API; everything else may change in any version. Each name is loaded on
first use, so that ``import bekenlab`` is fast::

    import bekenlab

    analysis = bekenlab.analyze("my-dump.bin")
    for pin in analysis.pins.pins:
        print(pin.gpio, pin.label)
"""

# True for type checkers. Importing it from typing would take twenty times as long as all the rest
# of this module.
from bekenlab.version import __version__

TYPE_CHECKING = False

if TYPE_CHECKING:
    from bekenlab import errors
    from bekenlab._api import FileSource, analyze, analyze_all, boot, load_machine
    from bekenlab.analysis.boot_model import BootReport, GpioRow
    from bekenlab.analysis.boot_stop import BootStop
    from bekenlab.analysis.model import Analysis
    from bekenlab.errors import Notice
    from bekenlab.flashing.places import Places
    from bekenlab.jobs.connect import ConnectedChip, connect
    from bekenlab.machine import FlashImage, Machine, Outcome, PinEdge, StopReason, Until
    from bekenlab.machine.devices.gpio import PinState
    from bekenlab.pins.model import Evidence, Pin, PinMap, Polarity, Source

__all__ = [
    "Analysis",
    "BootReport",
    "BootStop",
    "ConnectedChip",
    "Evidence",
    "FileSource",
    "FlashImage",
    "GpioRow",
    "Machine",
    "Notice",
    "Outcome",
    "Pin",
    "PinEdge",
    "PinMap",
    "PinState",
    "Places",
    "Polarity",
    "Source",
    "StopReason",
    "Until",
    "__version__",
    "analyze",
    "analyze_all",
    "boot",
    "connect",
    "errors",
    "load_machine",
]

if not TYPE_CHECKING:  # type checkers must see that no other names exist

    def __getattr__(name: str) -> object:
        """Load a public name from where it is defined."""
        # Imported here: they would take most of the time of ``import bekenlab``.
        from importlib import import_module

        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(home)
        found = module if name == "errors" else getattr(module, name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """All public names, loaded or not."""
        return sorted({*globals(), *__all__})


_HOMES = {
    "errors": "bekenlab.errors",
    "Notice": "bekenlab.errors",
    **dict.fromkeys(
        ("FileSource", "analyze", "analyze_all", "boot", "load_machine"), "bekenlab._api"
    ),
    **dict.fromkeys(("BootReport", "GpioRow"), "bekenlab.analysis.boot"),
    "BootStop": "bekenlab.analysis.boot_stop",
    "Analysis": "bekenlab.analysis.model",
    **dict.fromkeys(("ConnectedChip", "connect"), "bekenlab.jobs.connect"),
    **dict.fromkeys(
        ("FlashImage", "Machine", "Outcome", "PinEdge", "StopReason", "Until"), "bekenlab.machine"
    ),
    "Places": "bekenlab.flashing.places",
    "PinState": "bekenlab.machine.devices.gpio",
    **dict.fromkeys(("Evidence", "Pin", "PinMap", "Polarity", "Source"), "bekenlab.pins.model"),
}
