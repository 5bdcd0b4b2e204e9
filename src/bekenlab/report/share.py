"""One bundle about a device, fit to be posted: everything in it comes from the redacted dump."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.controller import meaning_of_device
from bekenlab.data import read_table
from bekenlab.mcu.names import name_of
from bekenlab.openbeken import role_of_pin
from bekenlab.redaction.redact import redact
from bekenlab.report.html import html_report
from bekenlab.report.printable import printable
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.model import Analysis
    from bekenlab.errors import Notice
    from bekenlab.pins import Pin
    from bekenlab.report.html.words import Reader

_LEVELS = {"active_high": "high", "active_low": "low"}
_MOST_POINTS = 40


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of the bundle.

    Attributes:
        name: Its name.
        content: Its bytes.
        about: What it is, as the end of a key ``file_…`` of the post's texts.
    """

    name: str
    content: bytes
    about: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything to post.

    Attributes:
        files: The files, the text of the post last.
        post: That text.
        secrets: Number of different secrets that were replaced in the dump.
        notices: Warnings about what could not be checked.
    """

    files: tuple[SharedFile, ...]
    post: str
    secrets: int
    notices: tuple[Notice, ...]


def bundle(
    file: InputFile,
    reader: Reader,
    *,
    log: InputFile | None = None,
    photo: Path | None = None,
) -> Bundle:
    """Make the bundle.

    Args:
        file: The dump.
        reader: Language of the report and of the post.
        log: A captured log, which is redacted.
        photo: A photo, perhaps with pins; only the picture is kept, not what a camera adds.

    Raises:
        BekenlabError: The dump cannot be redacted, or the photo cannot be read.
    """
    done = redact(file)
    stem = PurePath(file.name).stem or "dump"
    # Nothing but the redacted dump is looked at from here on.
    analysis = analyze(replace(file, data=done.data, part=None), boot=BootMode.AUTO)
    files = [
        SharedFile(f"{stem}-redacted.bin", done.data, "dump"),
        SharedFile(
            f"{stem}.html", html_report(analysis, reader).encode("utf-8", "replace"), "html"
        ),
    ]
    if analysis.template.get("pins") or analysis.template.get("command"):
        text = json.dumps(dict(analysis.template), indent=2, ensure_ascii=False)
        files.append(SharedFile(f"{stem}-template.json", f"{text}\n".encode(), "template"))
    if log is not None:
        files.append(SharedFile(f"{stem}-log.txt", redact(log).data, "log"))
    if photo is not None:
        files.append(SharedFile(f"{stem}-photo.png", _photo(photo), "photo"))
    post = "\n".join(_post(analysis, reader, files)) + "\n"
    files.append(SharedFile("post.txt", post.encode(), ""))
    return Bundle(tuple(files), post, done.secrets, done.notices)


def _photo(path: Path) -> bytes:
    """The picture alone: without place, time and serial number of the camera."""
    from bekenlab.report.pictures.photo import load_photo

    kept = io.BytesIO()
    load_photo(path).save(kept, "PNG")
    return kept.getvalue()


def _post(analysis: Analysis, reader: Reader, files: list[SharedFile]) -> Iterator[str]:
    words: Mapping[str, str] = read_table("report", "share.toml")[reader.language]
    unknown = words["unknown"]
    firmware = analysis.firmware
    named = " ".join(filter(None, (firmware.name, firmware.version))) or unknown
    module, chip = analysis.module or unknown, analysis.chip.name or unknown
    yield printable(words["title"].format(device=named, module=module, chip=chip))
    yield ""
    yield f"{words['chip']}: {chip}"
    yield printable(f"{words['module']}: {module}")
    yield printable(f"{words['firmware']}: {named}")
    if analysis.tuya.mcu_baud:
        yield f"{words['controller']}: {words['baud'].format(baud=analysis.tuya.mcu_baud)}"
    yield from _pins(analysis, reader, words)
    yield from _points(analysis, words)
    yield ""
    yield f"{words['open']}:"
    told = [reader.warning(notice)[0] for notice in analysis.notices]
    yield from (f"- {printable(line)}" for line in dict.fromkeys(told) or [words["nothing_open"]])
    yield f"- {words['untried']}"
    if analysis.template.get("pins") or analysis.template.get("command"):
        yield ""
        yield f"{words['template']}:"
        yield json.dumps(dict(analysis.template), indent=2, ensure_ascii=False)
    yield ""
    yield f"{words['files']}:"
    yield from (f"- {each.name}: {words[f'file_{each.about}']}" for each in files)
    yield ""
    yield words["made"].format(version=__version__)


def _pins(analysis: Analysis, reader: Reader, words: Mapping[str, str]) -> Iterator[str]:
    pins = analysis.pins
    yield ""
    yield f"{words['pins']}:"
    if not pins.pins:
        yield words["no_pins"]
    yield from (_pin(pin, reader, words) for pin in pins.pins)
    if pins.source is not None:
        yield words["from"].format(source=reader(f"source.{pins.source}"))


def _pin(pin: Pin, reader: Reader, words: Mapping[str, str]) -> str:
    level = words[_LEVELS[pin.polarity]] if pin.polarity is not None else ""
    facts = {"gpio": pin.gpio, "label": reader.label(pin.label), "level": level}
    if pin.role == "None":
        return words["pin_bare"].format(**facts)
    return words["pin"].format(**facts, openbeken=f"{role_of_pin(pin)};{pin.channel}")


def _points(analysis: Analysis, words: Mapping[str, str]) -> Iterator[str]:
    if not analysis.tuya.mcu_baud:
        return
    points = meaning_of_device(analysis.tuya).points
    if not points:
        return
    yield ""
    yield f"{words['points'].format(count=len(points))}:"
    for point in points[:_MOST_POINTS]:
        name = name_of(point.code, point.id)
        yield printable(f"- {point.id} {name} ({point.kind}, {point.mode})")
