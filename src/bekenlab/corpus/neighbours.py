"""Finds the devices in a corpus that are the same product as one whose pins are not known.

The firmware alone does not tell the pins: of devices with the same firmware key that were alike
with one another, every seventh was connected otherwise. So product id (or firmware key), schema and
chip must be the same, enough devices must be there, and all of them must be alike; docs/corpus.md
has what was measured.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.similar import Layout, Similar
from bekenlab.chips import find_module
from bekenlab.json_text import JsonError, read_json
from bekenlab.pins import PinMap, Source, pins_from_parameters
from bekenlab.tuya.parameters.parser import scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.corpus.ask import Corpus

FEWEST = 3
"""Devices that must agree if the module is not known."""

FEWEST_OF_MODULE = 2
"""Devices that must agree if they have the same module as this one."""

# What a device says itself about its pins, and nobody else about it.
_OWN = (Source.STORAGE, Source.PROTECTED, Source.OEM_CFG)


def neighbours(
    corpus: Corpus,
    *,
    product: str,
    schema: str,
    chip: str | None,
    module: str | None = None,
    dump: str = "",
    device: str | None = None,
) -> Similar | None:
    """Other devices of the same product; None if none is known.

    Args:
        corpus: The corpus.
        product: Product id, or firmware key.
        schema: Schema id.
        chip: Name of the chip.
        module: Name of the module, if it is known.
        dump: The content that is asked about, which does not count.
        device: Its device's hash, whose other dumps do not count either.
    """
    sql = (
        "SELECT layout, dump, coalesce(device, dump) AS device, name, module FROM dumps "
        'WHERE product = $product AND "schema" = $schema AND chip IS NOT DISTINCT FROM $chip '
        "AND ($module IS NULL OR module = $module) AND list_contains($own, pin_source) "
        "AND layout IS NOT NULL AND NOT starts_with(dump, $dump) "
        "AND device IS DISTINCT FROM $device ORDER BY dump"
    )
    values = {
        "product": product,
        "schema": schema,
        "chip": chip,
        "module": module,
        "own": [str(source) for source in _OWN],
        "dump": dump or "none",
        "device": device or "none",
    }
    rows = corpus.ask(sql, values).rows
    layouts = _layouts(rows)
    if not layouts:
        return None
    enough = FEWEST_OF_MODULE if module else FEWEST
    alike = len(layouts) == 1 and layouts[0].devices >= enough
    return Similar(layouts, _pins(corpus, rows[0][1], rows[0][4]) if alike else None)


def _layouts(rows: Sequence[tuple[Any, ...]]) -> tuple[Layout, ...]:
    """How many devices are connected in which way; a device with two dumps is one."""
    devices = {(layout, device): name for layout, _, device, name, _ in reversed(rows)}
    counts = Counter(layout for layout, _ in devices)
    examples = {layout: name for (layout, _), name in devices.items()}
    return tuple(Layout(layout, count, examples[layout]) for layout, count in counts.most_common())


def _pins(corpus: Corpus, dump: str, module: str | None) -> PinMap:
    """The pins of one of them, from its parameters."""
    sql = (
        "SELECT name, value, source FROM parameters WHERE dump = $dump AND list_contains($own, "
        "source)"
    )
    values: dict[str, dict[str, object]] = {}
    asked = {"dump": dump, "own": [str(source) for source in _OWN]}
    for name, value, source in corpus.ask(sql, asked).rows:
        values.setdefault(source, {})[name] = _value(value)
    best = next((values[source] for source in _OWN if source in values), {})
    found = find_module(module) if module else None
    return pins_from_parameters(best, source=Source.SIMILAR_DEVICE, module=found)


def _value(text: str) -> object:
    """A parameter as the table has it: what was nested is JSON."""
    if text.startswith(("{", "[")):
        try:
            return read_json(text)
        except JsonError:
            return text
    return scalar(text)
