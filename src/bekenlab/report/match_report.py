"""The report of ``match``, as JSON and for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from bekenlab.report.hanging import hanging
from bekenlab.report.json_report import SCHEMA
from bekenlab.report.messages_json import notices_json
from bekenlab.report.printable import Printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from bekenlab.analysis.similar import Similar
    from bekenlab.errors import Notice
    from bekenlab.jobs.match import Matches
    from bekenlab.openbeken.similar import PinAgreement, Similarity

_SAME = 1.0
_NOTHING = "Nothing similar is known."
_NO_PINS = "The file has no pins to compare."


def match_json(matches: Matches, notices: Sequence[Notice], *, limit: int) -> dict[str, Any]:
    """The known devices as plain JSON values (documented in docs/json.md).

    Args:
        matches: The devices.
        notices: Warnings about the pins that were compared.
        limit: The most devices to list.
    """
    return {
        "schema": SCHEMA,
        "file": {"name": matches.name},
        "devices": matches.devices,
        "similar": len(matches.similar),
        "ties": matches.ties if matches.similar else 0,
        "matches": [_match(each) for each in matches.similar[:limit]],
        "warnings": notices_json(notices),
    }


def _match(found: Similarity) -> dict[str, Any]:
    device = found.device
    return {
        "score": found.score,
        "device": {
            "vendor": device.vendor,
            "name": device.name,
            "model": device.model,
            "chip": device.chip,
            "board": device.board,
            "pins": {str(pin.gpio): pin.text for pin in device.pins},
            "links": list(device.links),
        },
        "parts": [
            {
                "name": part.name,
                "weight": part.weight,
                "agreement": round(part.agreement, 3),
                "why": part.why,
            }
            for part in found.parts
        ],
        "pins": [
            {
                "gpio": pin.gpio,
                "ours": pin.ours,
                "theirs": pin.theirs,
                "agreement": pin.agreement,
            }
            for pin in found.pins
        ],
    }


def similar_json(similar: Similar | None) -> dict[str, Any]:
    """Devices of the same product in a corpus."""
    if similar is None:
        return {"same_product": None}
    return {
        "same_product": {
            "devices": similar.devices,
            "agree": similar.pins is not None,
            "layouts": [
                {"pins": each.text, "devices": each.devices, "example": each.example}
                for each in similar.layouts
            ],
        }
    }


def render_similar(similar: Similar | None, *, limit: int) -> RenderableType:
    """The same for a terminal."""
    if similar is None:
        return Text("No other device of the same product is in the corpus.")
    layouts = similar.layouts
    head = f"{similar.devices} of this product in the corpus"
    if len(layouts) == 1:
        head += ", all with these pins" if similar.pins is not None else ": too few to be sure"
    else:
        head += f", connected in {len(layouts)} ways"
    rows = [
        hanging(Text(f"{each.devices:5}  ", "bold cyan"), Text(f"{each.text} ({each.example})"))
        for each in layouts[:limit]
    ]
    return Printable(Group(Text(head), *rows))


def render(matches: Matches, *, limit: int) -> RenderableType:
    """The known devices for a terminal, best first."""
    return Printable(Group(*_lines(matches, limit)))


def _lines(matches: Matches, limit: int) -> Iterator[RenderableType]:
    yield Text(f"{matches.name}: compared with {matches.devices} known devices")
    for sentence in matches.ignored:
        yield hanging(Text("! ", "yellow"), Text(f"left out: {sentence}", style="yellow"))
    if not matches.similar:
        yield Text(_NOTHING if matches.wanted.pins else f"{_NOTHING} {_NO_PINS}")
        return
    if matches.ties > 1:
        yield Text(f"{matches.ties} entries match equally well; the file does not tell them apart.")
    for found in matches.similar[:limit]:
        title = Text(found.device.title, "bold")
        yield hanging(Text(f"{found.score:5.1f}  ", "bold cyan"), Group(title, *_reasons(found)))
    more = len(matches.similar) - limit
    if more > 0:
        yield Text(f"{more} more {'is' if more == 1 else 'are'} similar; --limit shows more.")


def _reasons(found: Similarity) -> Iterator[Text]:
    yield Text("; ".join(part.why for part in found.parts))
    for pin in found.pins:
        if pin.agreement < _SAME:
            yield Text(_difference(pin), style="yellow")
    for link in found.device.links[:1]:
        yield Text(link, style="blue", overflow="fold")


def _difference(pin: PinAgreement) -> str:
    if pin.theirs is None:
        return f"P{pin.gpio}: {pin.ours} here, nothing there"
    if pin.ours is None:
        return f"P{pin.gpio}: nothing here, {pin.theirs} there"
    return f"P{pin.gpio}: {pin.ours} here, {pin.theirs} there"
