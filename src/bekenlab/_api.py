"""The functions of the public API: ``bekenlab.analyze``, ``bekenlab.boot`` and others."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias

from bekenlab.errors import CorruptInputError, TooLargeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bekenlab.analysis.boot_model import BootReport
    from bekenlab.analysis.choose import ChosenDump
    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.model import Analysis
    from bekenlab.machine import Machine

# Slow modules are imported where they are used: a program that only talks to a chip loads neither
# numpy nor the virtual processor.

FileSource: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A file: its path, its bytes, or a binary stream. It may be packed as .xz, .gz or .zip."""

Boot = Literal["auto", "always", "never"]
Start = Literal["app", "bootloader"]

_UNNAMED = "dump.bin"


def analyze(source: FileSource, *, name: str | None = None, boot: Boot = "auto") -> Analysis:
    """Analyse one file: its chip, module, firmware and pins.

    It never raises because of the content. :attr:`Analysis.problem` says why a file is not a usable
    dump; whatever was found is filled in nevertheless.

    Args:
        source: A dump, packed or not, a part of one, or a text with a Tuya configuration.
        name: Name in the report, instead of the file's own name.
        boot: Whether to boot the dump in the virtual chip for its log: ``"auto"`` if the stored
            data have no pins, ``"always"`` to compare, or ``"never"``.

    Raises:
        FileAccessError: The file does not exist or cannot be read.
        UsageError: An archive holds several files; use :func:`analyze_all`.

    Examples:
        >>> plug = bekenlab.analyze("my-dump.bin")
        >>> plug.chip.name, plug.module, len(plug.pins.pins)
        ('BK7231N', 'CB2S', 6)
    """
    from bekenlab.analysis.analyze import unreadable

    try:
        file = one_file(source, name)
    except (CorruptInputError, TooLargeError) as problem:
        return unreadable(name or _name_of(source), problem)
    return _analyzed(file, boot)


def analyze_all(source: FileSource, *, boot: Boot = "auto") -> Iterator[Analysis]:
    """Analyse each file of an archive, or of a folder and its subfolders, one after the other.

    Args:
        source: A folder, or what :func:`analyze` takes; a single file gives one analysis.
        boot: As for :func:`analyze`.

    Yields:
        One analysis per file, in the order of the names in a folder, or of the entries in an
        archive. A damaged packed file has a :attr:`Analysis.problem`.

    Raises:
        FileAccessError: A file does not exist or cannot be read, or a folder contains no dumps.

    Examples:
        >>> [each.file.name for each in bekenlab.analyze_all("dumps")]
        ['lamp.bin', 'plug.bin']
    """
    from bekenlab.analysis import inputs
    from bekenlab.analysis.analyze import unreadable

    sources: Sequence[FileSource] = [source]
    if isinstance(source, str | os.PathLike):
        sources = inputs.expand([Path(source)])
    for each in sources:
        try:
            files = _files(each, None)
        except (CorruptInputError, TooLargeError) as problem:
            yield unreadable(_name_of(each), problem)
            continue
        for file in files:
            yield _analyzed(file, boot)


def boot(
    source: FileSource,
    *,
    chip: str | None = None,
    until: str | None = None,
    seconds: float = 60.0,
    wall_seconds: float = 60.0,
    start: Start = "app",
    typed: str = "",
    mcu: bool = True,
    listen: Callable[[float, str], None] | None = None,
) -> BootReport:
    r"""Boot a dump or an app image in the virtual chip, and report what it did.

    The run ends when the log matches ``until``; without ``until`` and ``typed``, when the log has
    printed the whole pin configuration. It also ends when nothing new happens, at a time limit, and
    when the firmware crashes, which raises no exception: see :attr:`BootReport.stop`.

    Args:
        source: A dump or app image, packed or not.
        chip: Name of the chip to model, instead of the one recognised.
        until: Regular expression that ends the run when the log matches it.
        seconds: Limit of virtual time.
        wall_seconds: Limit of real time.
        start: Reset into the app, or into the dump's own boot loader.
        typed: Text typed on UART1's console at the first pause of the log; Enter is ``"\r\n"``.
        mcu: Whether a simulated MCU answers firmware that talks to one (TuyaMCU).
        listen: Called with (virtual seconds, text) for each piece of log as it is printed.

    Returns:
        The log in ``text``, the pins it names in ``pins``, and the final state of every GPIO in
        ``gpio``. Like the dump, the log contains secrets of the device.

    Raises:
        FileAccessError: The file does not exist or cannot be read.
        NotADumpError: It contains no code that could run.
        UnsupportedError: The chip is not recognised, or has no model.
        UsageError: A limit or ``until`` is invalid.
        BekenlabError: The file cannot be used for another reason; each has a ``code``.

    Examples:
        >>> report = bekenlab.boot("my-dump.bin", until="app_init finished")
        >>> report.stop.value, report.gpio[26].direction
        ('match', 'out')
    """
    from bekenlab.analysis.boot_model import BootOptions
    from bekenlab.jobs.boot import boot_dump

    _check(until, seconds, wall_seconds)
    options = BootOptions(
        until=until,
        device_seconds=seconds,
        wall_seconds=wall_seconds,
        start=start,
        typed=typed.encode(),
        mcu=mcu,
        stop_at_pins=until is None and not typed,
    )
    chosen = choose(source, chip)
    return boot_dump(chosen, options=options, listen=listen or (lambda _seconds, _text: None))


def load_machine(
    source: FileSource, *, chip: str | None = None, start: Start = "app", skip_idle: bool = True
) -> Machine:
    """Load a dump into a virtual chip that is run step by step: press buttons, watch pins.

    Args:
        source: A dump or app image, packed or not.
        chip: Name of the chip to model, instead of the one recognised.
        start: Reset into the app, or into the dump's own boot loader.
        skip_idle: Skip to the next event when the firmware only waits; otherwise such loops are
            executed, about ten times slower.

    Returns:
        A chip that has just been reset; :meth:`Machine.run` runs it.

    Raises:
        BekenlabError: As :func:`boot`.

    Examples:
        >>> plug = bekenlab.load_machine("my-dump.bin")
        >>> plug.run(bekenlab.Until(match="app_init finished", device_seconds=5)).reason.value
        'match'
    """
    from bekenlab.live.source import live_source
    from bekenlab.machine import Machine

    found = live_source(one_file(source), chip=chip)
    return Machine.from_image(found.flash, chip=found.chip, start=start, skip_idle=skip_idle)


def one_file(source: FileSource, name: str | None = None) -> InputFile:
    """The only file in a source.

    Raises:
        BekenlabError: It cannot be read, or an archive holds several.
    """
    files = _files(source, name)
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise UsageError(
            f"{_name_of(source)} holds {len(files)} files: {names}",
            hint="bekenlab.analyze_all analyses each of them",
        )
    return files[0]


def choose(source: FileSource, chip: str | None) -> ChosenDump:
    """The one dump in a source, and the chip to model."""
    from bekenlab.analysis.choose import choose_among

    return choose_among(Path(_name_of(source)), _files(source, None), chip)


def _analyzed(file: InputFile, boot: Boot) -> Analysis:
    from bekenlab.analysis.analyze import analyze
    from bekenlab.analysis.boot_findings import BootMode

    return analyze(file, boot=BootMode(boot))


def _files(source: FileSource, name: str | None) -> tuple[InputFile, ...]:
    from dataclasses import replace

    from bekenlab.analysis import inputs

    if isinstance(source, str | os.PathLike):
        files = inputs.load(Path(source))
    elif isinstance(source, bytes | bytearray | memoryview):
        files = inputs.unpack(name or _UNNAMED, bytes(source))
    else:
        files = inputs.unpack(name or _name_of(source), _read(source, inputs.MAX_SIZE + 1))
    if name is not None and len(files) == 1:
        return (replace(files[0], name=name),)
    return files


def _read(stream: BinaryIO, most: int) -> bytes:
    """At most so many bytes of a stream, which may return fewer per read."""
    pieces: list[bytes] = []
    while most > 0 and (piece := stream.read(most)):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def _name_of(source: FileSource) -> str:
    if isinstance(source, bytes | bytearray | memoryview):
        return _UNNAMED
    name = source if isinstance(source, str | os.PathLike) else getattr(source, "name", None)
    return Path(name).name if isinstance(name, str | os.PathLike) else _UNNAMED


def _check(until: str | None, *limits: float) -> None:
    for seconds in limits:
        if not (math.isfinite(seconds) and seconds > 0):
            raise UsageError(
                f"{seconds} is not a valid time limit", hint="give a number of seconds above 0"
            )
    if until is not None:
        from bekenlab.machine.pattern import BoundedSearch

        BoundedSearch(until).close()
