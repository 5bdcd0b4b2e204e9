"""Hides secrets in what reports show: parameters, stored values, templates, whole reports.

All of it goes by the one list of names in ``secrecy``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bekenlab.errors import BekenlabError
from bekenlab.secrecy.hide import hide_text, hide_value, hide_values
from bekenlab.secrecy.text import text_spans
from bekenlab.secret import REDACTED, mask_mac
from bekenlab.tuya.parameters.format import format_parameters
from bekenlab.tuya.parameters.parser import parse_parameters

if TYPE_CHECKING:
    from bekenlab.pins import UnknownKey
    from bekenlab.tuya.parameters.model import Parameters

_NUMBER = re.compile(r"-?\d{1,4}")
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){2}(?::(?:[0-9a-f]{2}|xx)){3}")
_CHAIN = "backlog"
_NAME_SHOWN = 24


def visible_parameters(
    parameters: Parameters | None, *, show_secrets: bool
) -> dict[str, Any] | None:
    """Parameters by name, with secret ones hidden; None if there are none."""
    if parameters is None or not parameters.values:
        return None
    return dict(parameters.values) if show_secrets else hide_values(parameters.values)


def visible_unknown(key: UnknownKey, *, show_secrets: bool) -> str:
    """The value of an unknown key: a number is shown, anything else is hidden."""
    shown = show_secrets or _NUMBER.fullmatch(key.value) is not None
    return key.value if shown else f"{REDACTED}, {len(key.value)} characters"


def visible_stored(value: bytes, *, show_secrets: bool) -> str:
    """The text of a stored value that is not secret as a whole, without the secrets in it."""
    text = value.rstrip(b"\0").decode("utf-8", "backslashreplace")
    if show_secrets:
        return text
    try:
        values = parse_parameters(text).values
        hidden = hide_values(values)
        if values and hidden != dict(values):
            return hide_text(format_parameters(hidden))
    except BekenlabError:
        pass  # not parameters
    return hide_text(text)


def visible_template(
    template: Mapping[str, Any], *, show_secrets: bool = False
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """An OpenBeken template fit to be shared, and the commands that were left out of it.

    A command with a secret in it is left out as a whole: with a placeholder in it, it would set a
    wrong password on the next device.
    """
    if show_secrets:
        return dict(template), ()
    made = {name: hide_value(name, value) for name, value in template.items() if name != "pins"}
    left_out: list[str] = []
    safe: dict[str, Any] = {}
    for name, value in template.items():
        if name == "command" and isinstance(value, str):
            safe[name] = "\n".join(_safe_lines(value, left_out))
        else:
            safe[name] = value if name == "pins" else made[name]
    return safe, tuple(dict.fromkeys(left_out))


def _safe_lines(command: str, left_out: list[str]) -> list[str]:
    lines = []
    for line in command.split("\n"):
        head, _, rest = line.strip().partition(" ")
        if not head or not text_spans(line):
            lines.append(line)
        elif head.lower() == _CHAIN:
            kept = [part.strip() for part in _safe_parts(rest, left_out)]
            if any(kept):
                lines.append(f"{head} {'; '.join(filter(None, kept))}")
        elif _takes_commands(head):
            # What follows may be its argument, so it cannot stay alone.
            left_out += [head, *_names(line)]
        else:
            lines.append(";".join(_safe_parts(line, left_out)))
    return lines


def _takes_commands(head: str) -> bool:
    """Whether a command has other commands as its argument: handlers, events, aliases."""
    return head.lower().startswith(("add", "alias", "if", "with", "repeating"))


def _safe_parts(text: str, left_out: list[str]) -> list[str]:
    """Those commands of a text with secrets that hold none; the names of the others are noted."""
    parts = text.split(";")
    if len(parts) == 1:
        left_out += _names(text)
        return []
    kept = []
    for part in parts:
        if text_spans(part):
            left_out += _names(part)
        else:
            kept.append(part)
    return kept


def _names(command: str) -> list[str]:
    """The first words of those commands in a line with secrets that hold one."""
    parts = command.split(";")
    secret = parts if len(parts) == 1 else filter(text_spans, parts)
    return [part.split()[0][:_NAME_SHOWN] for part in secret]


def visible_report(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report that was read from a file, without the secrets it may have been made with."""
    made = hide_values(report)
    image, tuya = made.get("image"), made.get("tuya")
    if isinstance(image, dict):
        image.pop("key", None)
        image["mac"] = _masked((report.get("image") or {}).get("mac"))
    storage = tuya.get("storage") if isinstance(tuya, dict) else None
    given = (report.get("tuya") or {}).get("storage") or {}
    if isinstance(storage, dict) and isinstance(given.get("keys"), list):
        storage["keys"] = [_stored_row(row) for row in given["keys"]]
    for row in made.get("not_understood") or ():
        if isinstance(row, dict) and not _NUMBER.fullmatch(str(row.get("value"))):
            row["value"] = REDACTED
    openbeken = report.get("openbeken")
    if isinstance(openbeken, Mapping) and isinstance(openbeken.get("template"), Mapping):
        made["openbeken"]["template"] = visible_template(openbeken["template"])[0]
    return made


def _masked(mac: Any) -> str | None:
    """A MAC address as reports show it, if it is one."""
    if mac is None:
        return None
    lowered = str(mac).lower()
    return mask_mac(lowered) if _MAC.fullmatch(lowered) else REDACTED


def _stored_row(row: Any) -> Any:
    if not isinstance(row, Mapping):
        return None
    shown = {name: hide_value(name, value) for name, value in row.items() if name != "sha256"}
    if "value" not in shown:
        return shown
    if row.get("secret") is not False or not isinstance(row["value"], str):
        del shown["value"]
    else:
        shown["value"] = visible_stored(row["value"].encode(), show_secrets=False)
    return shown
