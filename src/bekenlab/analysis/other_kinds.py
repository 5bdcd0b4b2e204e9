"""Recognises a file about a device that a command does not take, and says which ones do."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from bekenlab.analysis.configuration import read_configurations
from bekenlab.analysis.posted_text import as_utf8
from bekenlab.data import read_table
from bekenlab.image import read_image
from bekenlab.json_text import JsonError, read_json
from bekenlab.tuya.boot_log.read import parse_boot_log


class OtherKind(StrEnum):
    """What a file is."""

    LOG = "log"
    TEMPLATE = "template"
    REPORT = "report"
    CONFIGURATION = "configuration"
    DUMP = "dump"

    @property
    def words(self) -> str:
        """In words, with an article."""
        return _words()[self]["name"]

    @property
    def hint(self) -> str:
        """Which commands take it."""
        return _words()[self]["hint"]


def json_kind(data: bytes) -> OtherKind | None:
    """What a text in JSON is: a report, a template, or None for everything else."""
    try:
        value = read_json(data)
    except JsonError:
        return None
    if isinstance(value, dict) and "schema" in value and "file" in value:
        return OtherKind.REPORT
    if isinstance(value, dict) and isinstance(value.get("pins"), dict):
        return OtherKind.TEMPLATE
    return None


def text_kind(data: bytes) -> OtherKind | None:
    """What a text is, or None if nothing in it is about a device."""
    kind = json_kind(data)
    if kind is not None:
        return kind
    log = parse_boot_log(as_utf8(data))
    if log.firmware or log.loader or log.mcu:
        return OtherKind.LOG
    return OtherKind.CONFIGURATION if read_configurations(data) else None


def is_dump(data: bytes) -> bool:
    """Whether a file is the content of a flash chip, whatever texts there are in it."""
    if data.count(0) + data.count(0xFF) <= len(data) // 10:
        return False
    image = read_image(data)
    return bool(image.loader or image.partitions or image.spans)


@cache
def _words() -> dict[str, dict[str, str]]:
    return read_table("analysis", "other_kinds.toml")
