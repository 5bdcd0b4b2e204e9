"""A dump, or another file about a device, for a page: all facts as text, without secrets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.chips import Module, board, find_module
from bekenlab.openbeken import role_of_pin
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import Polarity, Source
from bekenlab.report.printable import printable
from bekenlab.report.redaction import visible_stored, visible_unknown
from bekenlab.secret import mask_mac

if TYPE_CHECKING:
    from bekenlab.analysis.model import Analysis
    from bekenlab.analysis.subject import Subject
    from bekenlab.errors import Notice
    from bekenlab.pins import Pin, PinMap

_LEVELS = {Polarity.ACTIVE_HIGH: "high", Polarity.ACTIVE_LOW: "low", None: ""}


@dataclass(frozen=True, slots=True)
class PinRow:
    """One function of a pin.

    Attributes:
        gpio: ``"P26"``.
        pads: Pads of the module, or pins of the bare chip, that it is connected to.
        label: Function.
        level: ``"high"``, ``"low"``, or an empty string.
        assumed: Whether the level is assumed rather than stated.
        openbeken: Role and channel in OpenBeken, or an empty string.
        evidence: (source, keys) of each source; a configuration as text is the source ``"text"``.
    """

    gpio: str
    pads: str
    label: str
    level: str
    assumed: bool
    openbeken: str
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A value in the storage.

    Attributes:
        name: Its key.
        length: Bytes.
        ok: Whether its checksum matches.
        secret: Whether it is hidden by default.
        value: As text, or an empty string if hidden.
    """

    name: str
    length: int
    ok: bool
    secret: bool
    value: str


@dataclass(frozen=True, slots=True)
class DumpView:
    """A dump.

    Attributes:
        chip: Name, or an empty string.
        evidence: Evidence for the chip.
        module: Name, or an empty string.
        board: The module or chip package that ``pads`` belong to.
        on_module: Whether ``board`` is a module.
        firmware: Name, version and SDK, or an empty string.
        kind: Kind of firmware.
        encryption: State of the code.
        mac: The manufacturer's half of the MAC address, or an empty string.
        source: Source of the pins, ``"text"`` for a configuration as text, or an empty string.
        mcu_baud: Baud rate of a second controller, or None.
        pins: The pins.
        odd: Keys of pins that are not understood, with the part of their value that may be shown.
        notes: Sentences about settings without a role.
        keys: Values of the storage.
        notices: Warnings.
        runnable: Whether it has code that can be booted.
    """

    chip: str
    evidence: tuple[str, ...]
    module: str
    board: str
    on_module: bool
    firmware: str
    kind: str
    encryption: str
    mac: str
    source: str
    mcu_baud: int | None
    pins: tuple[PinRow, ...]
    odd: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    keys: tuple[KeyRow, ...]
    notices: tuple[Notice, ...]
    runnable: bool


def dump_view(analysis: Analysis, *, show_secrets: bool = False) -> DumpView:
    """Make the view of a dump.

    Args:
        analysis: Its analysis.
        show_secrets: Show hidden values.
    """
    firmware, image = analysis.firmware, analysis.image
    reached = board(analysis.module, analysis.chip.name)
    mac = image.rf.mac if image and image.rf else None
    return DumpView(
        chip=analysis.chip.name or "",
        evidence=tuple(printable(text) for text in analysis.chip.evidence),
        module=printable(analysis.module or ""),
        board=reached.name if reached else "",
        on_module=reached is not None and find_module(reached.key) is not None,
        firmware=words_of(firmware.name, firmware.version, firmware.sdk),
        kind=str(firmware.kind),
        encryption=str(image.encryption.state) if image and image.spans else "",
        mac=(mac if show_secrets else mask_mac(mac)) if mac else "",
        source=_source_name(analysis.pins.source or analysis.tuya.source, in_text=image is None),
        mcu_baud=analysis.tuya.mcu_baud,
        pins=tuple(_pin_row(pin, reached, in_text=image is None) for pin in analysis.pins.pins),
        odd=_odd(analysis.pins, show_secrets=show_secrets),
        notes=tuple(printable(note) for note in analysis.pins.notes),
        keys=_keys(analysis, show_secrets=show_secrets),
        notices=analysis.notices,
        runnable=bool(image and image.logical),
    )


def subject_view(subject: Subject, *, show_secrets: bool = False) -> DumpView:
    """Make the view of any file about a device; arguments as of :func:`dump_view`.

    The pins of a template or configuration are those it sets up in OpenBeken.
    """
    pins = subject_pins(subject)
    reached = board(subject.module, subject.chip)
    if subject.analysis is not None:
        view = dump_view(subject.analysis, show_secrets=show_secrets)
        if subject.pins is not None:
            return view
        rows = tuple(_pin_row(pin, reached) for pin in pins.pins)
        return replace(view, pins=rows, source=str(subject.source or ""))
    return DumpView(
        chip=printable(subject.chip or ""),
        evidence=(),
        module=printable(subject.module or ""),
        board=reached.name if reached else "",
        on_module=reached is not None and find_module(reached.key) is not None,
        firmware=words_of(subject.firmware),
        kind="",
        encryption="",
        mac="",
        source=str(subject.source or ""),
        mcu_baud=pins.mcu_baud,
        pins=tuple(_pin_row(pin, reached) for pin in pins.pins),
        odd=_odd(pins, show_secrets=show_secrets),
        notes=tuple(printable(note) for note in pins.notes),
        keys=(),
        notices=subject.log.notices if subject.log else subject.notices,
        runnable=False,
    )


def subject_pins(subject: Subject) -> PinMap:
    """The pins of any file about a device."""
    if subject.pins is not None:
        return subject.pins
    return pins_from_template(subject.template)


def _odd(pins: PinMap, *, show_secrets: bool) -> tuple[tuple[str, str], ...]:
    return tuple(
        (printable(key.key), printable(visible_unknown(key, show_secrets=show_secrets)))
        for key in pins.not_understood
    )


def words_of(*words: str | None) -> str:
    """Join facts into one text; unknown ones are left out."""
    return printable(" ".join(word for word in words if word))


def _source_name(source: Source | None, *, in_text: bool) -> str:
    """A source by name. Where text was taken from, it does not say: that may not be storage."""
    return "text" if in_text and source is Source.STORAGE else str(source or "")


def _pin_row(pin: Pin, reached: Module | None, *, in_text: bool = False) -> PinRow:
    sources: dict[str, list[str]] = {}
    for said in pin.evidence:
        name = _source_name(said.source, in_text=in_text)
        sources.setdefault(name, []).append(printable(said.key))
    role = "" if pin.role == "None" else f"{role_of_pin(pin)};{pin.channel}"
    return PinRow(
        gpio=pin.place,
        pads=", ".join(pad.name for pad in reached.pads_of(pin.gpio)) if reached else "",
        label=printable(pin.label),
        level=_LEVELS[pin.polarity],
        assumed=pin.assumed,
        openbeken=role,
        evidence=tuple((source, ", ".join(keys)) for source, keys in sources.items()),
    )


def _keys(analysis: Analysis, *, show_secrets: bool) -> tuple[KeyRow, ...]:
    storage = analysis.tuya.storage
    if storage is None:
        return ()
    return tuple(
        KeyRow(
            name=printable(value.name),
            length=len(value.value),
            ok=value.ok,
            secret=value.secret,
            value=printable(visible_stored(value.value, show_secrets=show_secrets))
            if show_secrets or not value.secret
            else "",
        )
        for value in sorted(storage.values.values(), key=lambda value: value.name)
    )
