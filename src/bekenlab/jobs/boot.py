"""Boot a file: read it, recognise its chip, and run it in the virtual chip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.analysis.boot import boot
from bekenlab.analysis.choose import choose_dump

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.analysis.boot_model import BootOptions, BootReport, Listener
    from bekenlab.analysis.choose import ChosenDump


def boot_file(
    path: Path,
    *,
    chip: str | None = None,
    options: BootOptions | None = None,
    listen: Listener = lambda _seconds, _text: None,
    interrupted: Callable[[], bool] | None = None,
) -> BootReport:
    """Read a file and boot it.

    Args:
        path: A dump or app image, packed or not.
        chip: Chip to model instead of the one recognised.
        options: How to boot and when to stop.
        listen: Called with (virtual seconds, text) for each piece of log as it is printed.
        interrupted: Polled during the run; True ends it.

    Raises:
        BekenlabError: The file cannot be read or run; see ``boot``.
    """
    chosen = choose_dump(path, chip)
    return boot_dump(chosen, options=options, listen=listen, interrupted=interrupted)


def boot_dump(
    chosen: ChosenDump,
    *,
    options: BootOptions | None = None,
    listen: Listener = lambda _seconds, _text: None,
    interrupted: Callable[[], bool] | None = None,
) -> BootReport:
    """Boot a dump whose chip is known; arguments and errors are those of ``boot_file``."""
    return boot(
        chosen.image,
        chip=chosen.chip,
        tuya=chosen.tuya,
        options=options,
        listen=listen,
        interrupted=interrupted,
    )
