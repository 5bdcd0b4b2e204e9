"""Reads Tuya configurations from text, as people post them in forums."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.pin_list import read_pin_list
from bekenlab.analysis.posted_text import MAX_TEXT, decode, tidy
from bekenlab.analysis.several import SeveralInputsError, check_part
from bekenlab.json_text import JsonError, read_json
from bekenlab.pins import Source, is_level_key, is_pin_key, is_setting_key
from bekenlab.tuya.parameters.model import Parameters
from bekenlab.tuya.parameters.parser import parse_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["MAX_TEXT", "Configuration", "is_text", "read_configuration", "read_configurations"]

# Names under which other tools store the configuration in JSON files.
_WRAPPERS = ("user_param_key", "device_configuration", "config", "parameters", "baud_cfg")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One device's configuration in a text.

    Attributes:
        statements: The parameters by kind of source: parameters, or pins in words; both if they
            describe the same device.
    """

    statements: tuple[tuple[Source, Parameters], ...] = field(repr=False)

    @property
    def parameters(self) -> Parameters:
        """The most trustworthy of them."""
        return self.statements[0][1]


def read_configuration(data: bytes) -> Parameters | None:
    """The first configuration in a text file, or None."""
    found = read_configurations(data)
    return found[0].parameters if found else None


def read_configurations(data: bytes) -> tuple[Configuration, ...]:
    """The configurations in a text file, in order of appearance, each once.

    Understood are Tuya's own ``{rl1_pin:26,...}``, JSON, JSON that wraps either under a known
    name, either of them in the middle of other text or as a post has left it (see
    ``posted_text``), pairs without braces, and pins in words.
    """
    text = decode(data)
    if text is None:
        return ()
    whole = _unwrap(text)
    if whole is not None:
        return _configurations([parse_parameters(json.dumps(whole))] if whole else [], None)
    tidied = tidy(text)
    found = list(_in_braces(text)) if text == tidied else []
    if not found:
        whole = _unwrap(tidied)
        if whole:
            return _configurations([parse_parameters(json.dumps(whole))], None)
        found = list(_in_braces(tidied)) or list(_without_braces(tidied))
    words = read_pin_list(tidied)
    return _configurations(found, words.parameters if words else None)


def one_configuration(path: Path, data: bytes, part: int | None = None) -> None:
    """Check that a text does not hold several configurations, unless one of them was chosen.

    Args:
        path: The text.
        data: Its content.
        part: The configuration that was chosen, from 1.

    Raises:
        SeveralInputsError: It holds several, and none was chosen; the error describes them.
        NotADumpError: It does not hold as many as were counted.
    """
    found = read_configurations(data)
    if part is not None:
        check_part(path, part, len(found), "configurations")
    elif len(found) > 1:
        numbers = range(1, len(found) + 1)
        choices = [path / str(number) for number in numbers]
        raise SeveralInputsError(path, choices, "configurations", [_summary(one) for one in found])


def _summary(configuration: Configuration) -> str:
    """A short summary: the module and the first pins."""
    values = configuration.parameters.flat()
    module = values.get("module")
    pins = [f"{name} {values[name]}" for name in values if is_pin_key(name)]
    words = [str(module)[:16]] if module else []
    return ", ".join([*words, *(pin[:24] for pin in pins[:3])]) or "no pins"


def is_text(data: bytes) -> bool:
    """Whether a file is text and so cannot be a flash dump."""
    return decode(data) is not None


def _configurations(found: list[Parameters], words: Parameters | None) -> tuple[Configuration, ...]:
    distinct: list[Parameters] = []
    for parameters in found:
        if all(parameters.values != other.values for other in distinct):
            distinct.append(parameters)
    statements = [[(Source.STORAGE, parameters)] for parameters in distinct]
    if words is not None:
        twin = next((row for row in statements if _same_device(words, row[0][1])), None)
        if twin is None:
            statements.append([(Source.PIN_LIST, words)])
        else:
            twin.append((Source.PIN_LIST, _with_settings(words, twin[0][1])))
    return tuple(Configuration(tuple(row)) for row in statements)


def _same_device(words: Parameters, parameters: Parameters) -> bool:
    """Whether most of the pins in words are in the parameters too."""
    ours = {value for value in parameters.flat().values() if isinstance(value, int | str)}
    gpios = [value for name, value in words.values.items() if name not in ("module", "pwmhz")]
    known = {str(value) for value in ours}
    return sum(str(gpio) in known for gpio in gpios) * 2 > len(gpios)


def _with_settings(words: Parameters, parameters: Parameters) -> Parameters:
    """Pins in words, together with the settings of the same device."""
    settings = {
        name: value
        for name, value in parameters.values.items()
        if is_setting_key(name) and not is_level_key(name)
    }
    return Parameters({**settings, **words.values}, None, words.notices)


# Text before a configuration may hold braces too; each of them costs an attempt.
_BEGINNING = re.compile(
    r'\{(?=\s{0,8},?\s{0,8}(?:\w|["\'{]))|\[(?=\s{0,8},?\s{0,8}[A-Za-z_]\w{0,63}\s{0,4}:)'
)
_MAX_TRIES = 24
_LONGEST = 0x10000  # of a configuration, and of all failed attempts together


def _in_braces(text: str) -> Iterator[Parameters]:
    """Configurations in braces, or in the brackets of a log record that starts with a comma."""
    at, budget = 0, _LONGEST
    for _ in range(_MAX_TRIES):
        beginning = _BEGINNING.search(text, at)
        if beginning is None or budget < 0:
            return
        start = beginning.start()
        end = _closing(text, start)
        inside = text[start:end].lstrip("{[").lstrip(", \t\r\n") if text[start] == "[" else None
        parameters = parse_parameters(text[start:end] if inside is None else "{" + inside)
        wrapped = _wrapped(parameters.values, _MAX_DEPTH)
        if wrapped:
            parameters = parse_parameters(json.dumps(wrapped))
        if _is_configuration(parameters.values):
            yield parameters
            at = end
        else:
            at = start + 1
            budget -= end - start


def _closing(text: str, start: int) -> int:
    """End of the object that begins here: after its last brace, or at the search limit."""
    depth, quoted = 0, False
    end = min(len(text), start + _LONGEST)
    at = start
    while at < end:
        char = text[at]
        if quoted and char == "\\":
            at += 1
        elif char == '"':
            quoted = not quoted
        elif not quoted and char in "{[":
            depth += 1
        elif not quoted and char in "}]":
            depth -= 1
            if depth <= 0:
                return at + 1
        at += 1
    return max(text.rfind("}", start, end) + 1, 0) or end


_PAIR = re.compile(
    r"(?<![\w\"'])[\"']?(?P<name>[A-Za-z]\w{0,31})[\"']?[ \t]{0,4}[:=][ \t]{0,4}"
    r"(?:\"(?P<text>[^\"\n]{0,64})\"|(?P<bare>[^\s,;{}\[\]\":=]{1,64}))"
    r"(?![^\s,;}\]]|[ \t]{0,4}[:=])"
)
_MOST_PAIRS = 2000
_FEWEST_KNOWN = 2


def _without_braces(text: str) -> Iterator[Parameters]:
    """Consecutive ``name:value`` pairs; a repeated name starts the next device."""
    group: dict[str, str] = {}
    for pair in islice(_PAIR.finditer(text), _MOST_PAIRS):
        name = pair["name"]
        if name in group:
            yield from _group(group)
            group = {}
        group[name] = pair["bare"] if pair["text"] is None else pair["text"]
    yield from _group(group)


def _group(pairs: Mapping[str, str]) -> Iterator[Parameters]:
    known = [name for name in pairs if is_pin_key(name) or is_setting_key(name)]
    if len(known) >= _FEWEST_KNOWN and any(is_pin_key(name) for name in known):
        yield parse_parameters("{" + ",".join(f"{name}:{pairs[name]}" for name in known) + "}")


def _unwrap(text: str) -> Mapping[str, Any] | None:
    """The configuration in JSON, bare or wrapped; {} if it holds none; None if it is not JSON."""
    try:
        value = read_json(text, halves=True)
    except JsonError:
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        return None  # several: they are looked for one by one
    if not isinstance(value, dict):
        return {}
    found = _wrapped(value, _MAX_DEPTH)
    if found:
        return found
    return value if _is_configuration(value) else {}


_MAX_DEPTH = 4


def _wrapped(value: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """The values under the known names, here or in nested objects."""
    found: dict[str, Any] = {}
    for name in _WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, str):
            inner = dict(parse_parameters(inner).values)
        if isinstance(inner, dict):
            found.update(inner)
    if found or not depth:
        return found
    for inner in value.values():
        if isinstance(inner, dict):
            found = _wrapped(inner, depth - 1)
            if found:
                break
    return found


def _is_configuration(values: Mapping[str, Any]) -> bool:
    """Whether a mapping has at least one key typical of Tuya configurations."""
    return any(
        name.endswith(("_pin", "pin", "_lv", "iicscl"))
        or name in ("module", "jv", "Jsonver", "baud", "crc", "sw")
        for name in values
    )
