"""Merges records into parameters: by trust within a boot, by completeness across boots."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.errors import Notice
from bekenlab.tuya.boot_log.facts import boot_log_facts
from bekenlab.tuya.boot_log.model import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bekenlab.tuya.boot_log.records import Record, Records
    from bekenlab.tuya.parameters.model import ParameterValue

_MAX_NAMED = 5
_NAMES_PIN = re.compile(r"pin\d{0,2}\Z|_io\Z|onoff\d{1,2}\Z")


@dataclass(frozen=True, slots=True)
class Boot:
    """The parameters that one boot of a capture printed.

    Attributes:
        number: Its index in the capture, from 0.
        identity: Firmware name and version, as far as printed; different ones are never mixed.
        values: Parameters by name, flat.
        sources: Source of each parameter.
        complete: Whether a whole list of pins was printed.
        notices: What was left out.
    """

    number: int
    identity: tuple[str | None, str | None]
    values: Mapping[str, ParameterValue]
    sources: Mapping[str, ParameterSource]
    complete: bool
    notices: tuple[Notice, ...]


@dataclass(slots=True)
class _Family:
    values: dict[str, tuple[ParameterValue, Record]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)


def read_boot(
    records: Records, number: int, identity: tuple[str | None, str | None], *, complete: bool
) -> Boot:
    """Return the parameters of one boot, each from its most trustworthy record."""
    families: dict[str, _Family] = {}
    for record in records.found:
        family = families.setdefault("checked" if record.checked else record.family, _Family())
        for name, value in record.values.items():
            kept = family.values.setdefault(name, (value, record))
            if kept[0] != value:
                family.doubtful.add(name)
    merged = _Merged(number)
    facts = boot_log_facts()
    for name in ("checked", *facts.trust):
        found = families.get(name)
        if found is not None and not (name in facts.guesses and merged.values):
            merged.add(name, found)
    notices = _notices(records, merged.doubtful, merged.disagree, merged.sources.values())
    return Boot(number, identity, merged.values, merged.sources, complete, tuple(notices))


@dataclass(slots=True)
class _Merged:
    """The parameters of a boot so far, from the most trustworthy families on."""

    number: int
    values: dict[str, ParameterValue] = field(default_factory=dict)
    sources: dict[str, ParameterSource] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    disagree: set[str] = field(default_factory=set)

    def add(self, family: str, found: _Family) -> None:
        facts = boot_log_facts()
        self.doubtful |= found.doubtful
        taken = [value for name, value in self.values.items() if _NAMES_PIN.search(name)]
        for name, (value, record) in found.values.items():
            again = family in facts.words and _NAMES_PIN.search(name) and value in taken
            if name in found.doubtful or (again and name not in self.values):
                continue
            if name not in self.values:
                self.values[name] = value
                self.sources[name] = ParameterSource(
                    record.family, record.truncated, family not in facts.guesses, self.number
                )
            elif self.values[name] != value:
                self.disagree.add(name)


def _notices(
    records: Records,
    doubtful: set[str],
    disagree: set[str],
    sources: Iterable[ParameterSource],
) -> list[Notice]:
    notices = []
    if records.cut or any(record.truncated for record in records.found):
        text = "Some records of the log are cut; values that may be incomplete were left out."
        notices.append(Notice("log-cut", text))
    if doubtful:
        text = f"Records of one kind disagree on {_names(doubtful)}; neither value was used."
        notices.append(Notice("log-doubtful", text))
    if disagree:
        text = (
            f"Records of the log disagree on {_names(disagree)}; the more trustworthy kind was "
            "used."
        )
        notices.append(Notice("log-conflict", text))
    if records.defaults:
        text = "The log shows an example configuration of the SDK, which is not the device's own."
        notices.append(Notice("log-default", text))
    if any(not source.certain for source in sources):
        text = "The pins come from a line whose meaning is a guess; check every pin."
        notices.append(Notice("log-guess", text))
    return notices


def _names(names: set[str]) -> str:
    shown = ", ".join(sorted(names)[:_MAX_NAMED])
    more = len(names) - _MAX_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def merge_boots(boots: Sequence[Boot]) -> Boot | None:
    """Merge the boots of one capture.

    The latest complete boot is used, or else the latest with any parameters. Boots of the same
    firmware that do not contradict it add the parameters it lacks.
    """
    candidates = [boot for boot in boots if boot.values]
    if not candidates:
        return boots[-1] if boots else None
    chosen = next((boot for boot in reversed(candidates) if boot.complete), candidates[-1])
    values = dict(chosen.values)
    sources = dict(chosen.sources)
    notices = list(chosen.notices)
    differs: set[int] = set()
    for boot in reversed(candidates):
        if boot is chosen:
            continue
        if _fits(boot, chosen, values):
            added = {name: value for name, value in boot.values.items() if name not in values}
            values |= added
            sources |= {name: boot.sources[name] for name in added}
        else:
            differs.add(boot.number)
    if differs:
        text = (
            "The capture holds boots with different configurations; only the latest complete one "
            f"was used, boot {chosen.number + 1} of {len(boots)}."
        )
        notices.append(Notice("log-boots-differ", text))
    return Boot(chosen.number, chosen.identity, values, sources, chosen.complete, tuple(notices))


def _fits(boot: Boot, chosen: Boot, values: Mapping[str, ParameterValue]) -> bool:
    same = all(
        mine is None or theirs is None or mine == theirs
        for mine, theirs in zip(boot.identity, chosen.identity, strict=True)
    )
    return same and all(values.get(name, value) == value for name, value in boot.values.items())
