"""Values of configuration fields: to and from bytes, and from text a person types."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from bekenlab.errors import BadValueError
from bekenlab.openbeken.config.fields import Field, Kind
from bekenlab.openbeken.flags import FLAG_BITS, flag_number
from bekenlab.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

Value = int | float | str | Secret | tuple[int, ...] | tuple[float, ...] | frozenset[int]
"""A number, several numbers, a text, a hidden text, or flag numbers."""

_FORMATS = {Kind.U8: "B", Kind.U16: "H", Kind.U32: "I", Kind.I16: "h", Kind.F32: "f"}


def unpack(field: Field, raw: bytes) -> Value:
    """Decode the bytes of a field. Any bytes are valid.

    Returns:
        A number, or a tuple of several; for text a ``str`` (invalid UTF-8 as surrogates), or a
        ``Secret`` if the field is hidden; for flags a frozenset of bit numbers.
    """
    if field.kind is Kind.FLAGS:
        mask = int.from_bytes(raw, "little")
        return frozenset(bit for bit in range(FLAG_BITS) if mask >> bit & 1)
    if field.kind in _FORMATS:
        letter = _FORMATS[field.kind]
        numbers = struct.unpack(f"<{len(raw) // struct.calcsize(letter)}{letter}", raw)
        return numbers[0] if len(numbers) == 1 else numbers
    if field.kind is Kind.IPV4:
        return ".".join(str(byte) for byte in raw)
    if field.kind is Kind.MAC:
        return Secret(raw.hex(":").encode())
    content = raw.partition(b"\0")[0]
    return Secret(content) if field.hidden else content.decode("utf-8", "surrogateescape")


def pack(field: Field, value: Value) -> bytes:
    """Encode the value of a field; text is padded with zeros.

    Raises:
        BadValueError: The field cannot hold it.
    """
    if isinstance(value, frozenset):
        return sum(1 << bit for bit in value).to_bytes(field.size, "little")
    if field.kind in _FORMATS:
        letter = _FORMATS[field.kind]
        numbers = value if isinstance(value, tuple) else (value,)
        try:
            return struct.pack(f"<{field.size // struct.calcsize(letter)}{letter}", *numbers)
        except (struct.error, OverflowError) as error:
            raise _bad(field, f"cannot hold {value!r}") from error
    if field.kind in (Kind.IPV4, Kind.MAC):
        return _octets(field, _content(field, value))
    content = _content(field, value)
    if b"\0" in content:
        raise _bad(field, "cannot hold a zero byte")
    if len(content) > field.size:
        raise _bad(field, f"holds {field.size} bytes, and this has {len(content)}")
    return content.ljust(field.size, b"\0")


def check(field: Field, value: Value) -> None:
    """Check a value to be set against the field's limits, which may be narrower than its size.

    Raises:
        BadValueError: It exceeds them; the message does not repeat hidden values.
    """
    if field.kind is Kind.TEXT:
        content = _content(field, value)
        length = len(content)
        unit = "characters" if content.isascii() else "bytes"
        longest = field.longest or field.size - 1
        if length > longest:
            said = f"takes at most {longest} {unit}, and this has {length}"
            raise _bad(field, said, _TOO_MUCH if field.hidden else _TOO_LONG)
        if 0 < length < field.shortest:
            said = f"takes at least {field.shortest} {unit}, and this has {length}"
            raise _bad(field, said, "was it typed or copied in full?")
        return
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int) and not field.least <= number <= _most(field, number):
            limits = f"{field.least} to {field.most}" if field.most else f"{field.least} or more"
            raise _bad(field, f"is {limits}, not {number}")


def parse(field: Field, text: str) -> Value:
    r"""Parse what a person typed for a field.

    Numbers are decimal or ``0x``; several of them are separated by commas; flags are numbers or
    names separated by commas; in text, ``\n`` is a line feed and ``\\`` a backslash.

    Raises:
        BadValueError: It is not a value of this field.
    """
    if field.kind is Kind.FLAGS:
        return frozenset(flag_number(word) for word in text.split(",") if word.strip())
    if field.kind is Kind.F32:
        return _numbers(field, text, float)
    if field.kind in _FORMATS:
        return _numbers(field, text, lambda word: int(word, 0))
    if field.hidden:
        return Secret(text.encode("utf-8", "surrogateescape"))
    if field.kind is Kind.TEXT:
        return re.sub(r"\\([n\\])", lambda match: "\n" if match[1] == "n" else "\\", text)
    return text


def _numbers(field: Field, text: str, number: Callable[[str], float]) -> Value:
    try:
        found = tuple(number(word) for word in text.split(","))
    except ValueError as error:
        raise _bad(field, f"is a number, not {text[:40]!r}") from error
    if len(found) != 1:
        return found
    return found[0]


def _content(field: Field, value: Value) -> bytes:
    if isinstance(value, Secret):
        return value.reveal()
    try:
        return str(value).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise _bad(field, "holds half a surrogate pair, which is no character") from None


def _octets(field: Field, content: bytes) -> bytes:
    """``192.168.0.1`` or ``02:00:00:00:00:01`` as bytes."""
    dotted = field.kind is Kind.IPV4
    words = content.split(b"." if dotted else b":")
    pattern = rb"\d{1,3}" if dotted else rb"[0-9A-Fa-f]{2}"
    octets = [int(word, 10 if dotted else 16) for word in words if re.fullmatch(pattern, word)]
    if len(octets) != field.size or len(words) != field.size or max(octets) > 255:
        raise _bad(field, "is an address such as 192.168.0.1" if dotted else "is a MAC address")
    return bytes(octets)


def _most(field: Field, number: int) -> int:
    return number if field.most is None else field.most


_TOO_LONG = "a letter that is not plain ASCII takes two bytes or more"
_TOO_MUCH = "was more copied with it, such as a space or a line feed?"


def _bad(
    field: Field, text: str, hint: str = "docs/config.md lists the fields with their limits"
) -> BadValueError:
    return BadValueError(f"{field.name} {text}", hint=hint, field=field.name, wrong=text)
