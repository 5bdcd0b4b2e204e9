"""Writes parameters in Tuya's own form, ``{name:value,...,}``."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence

from bekenlab.errors import CorruptInputError
from bekenlab.tuya.parameters.model import ParameterValue, parameter_crc
from bekenlab.tuya.parameters.parser import MAX_DEPTH, scalar

_BARE = re.compile(r"[!#-+\--Z\\^-z|~]([ !#-+\--Z\\^-z|~]*[!#-+\--Z\\^-z|~])?")
_LARGEST = 10**38


def format_parameters(values: Mapping[str, ParameterValue], *, crc: bool = False) -> str:
    """Write parameters so that ``parse_parameters`` gives the same values.

    Texts that would read as something else (``"true"``, ``"12"``, ``"a,b"``) are quoted.

    Args:
        values: Values by name, in this order; names are not empty.
        crc: Whether to end with the ``crc`` Tuya's firmware checks, in place of any given.

    Raises:
        CorruptInputError: A value the form cannot hold: an empty name, a number that is not
            finite or has over 38 digits, or nesting deeper than 16 levels.
    """
    kept = {name: value for name, value in values.items() if not (crc and name == "crc")}
    text = _object(kept, 1)
    if crc:
        text = f"{text[:-1]}{',' if kept else ''}crc:{parameter_crc(text)}}}"
    return text if text == "{}" else text[:-1] + ",}"


def _object(values: Mapping[str, ParameterValue], depth: int) -> str:
    pairs = [f"{_name(name)}:{_value(value, depth)}" for name, value in values.items()]
    return "{" + ",".join(pairs) + "}"


def _value(value: ParameterValue, depth: int) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return _number(value)
    if depth == MAX_DEPTH:
        raise CorruptInputError(f"Parameters nest at most {MAX_DEPTH} levels deep.")
    if isinstance(value, Mapping):
        return _object(value, depth + 1)
    return _list(value, depth + 1)


def _list(items: Sequence[ParameterValue], depth: int) -> str:
    return "[" + ",".join(_value(item, depth) or '""' for item in items) + "]"


def _number(value: float) -> str:
    if not math.isfinite(value) or (isinstance(value, int) and abs(value) >= _LARGEST):
        raise CorruptInputError("A parameter is a finite number of at most 38 digits.")
    return repr(value)


def _text(value: str) -> str:
    safe = (not value or _BARE.fullmatch(value)) and scalar(value) == value
    return value if safe else json.dumps(value)


def _name(name: str) -> str:
    if not name:
        raise CorruptInputError("A parameter needs a name.")
    return name if _BARE.fullmatch(name) and ":" not in name else json.dumps(name)
