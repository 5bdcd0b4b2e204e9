"""Changes seeds as damage and malice would; the same random numbers give the same input."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

BLOCK = 64
_MOST_CHANGES = 8
_TEXT_SIZE = 4096
_NUMBER = re.compile(rb"-?\d{1,12}")
_BYTES = bytes([0, 1, 4, 0x0A, 0x1B, 0x20, 0x22, 0x27, 0x2C, 0x30, 0x39, 0x3A, 0x5B, 0x5C, 0x5D])
_MORE_BYTES = bytes([0x7B, 0x7D, 0x7F, 0x80, 0xAA, 0xC3, 0xE2, 0xED, 0xF0, 0xFE, 0xFF])
_WORDS = (0, 1, 2, 7, 0x1F, 0x20, 0x40, 0xFF, 0x100, 0xFFF, 0x1000, 0x7FFF, 0x8000, 0xFFFF)
_LONG_WORDS = (0x10000, 0xFFFFFF, 0x1000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_NUMBERS = (
    b"0", b"-1", b"00", b"1e9", b"1e999", b"-1e400", b"NaN", b"Infinity", b"2147483648", b"0x1F",
    b"4294967296", b"18446744073709551616", b"9" * 40, b"9" * 400, b"9" * 5000, b"1.5",
    b"0.0000001", b"\xd9\xa1\xd9\xa2", b"\xc2\xb2", b"1_000", b"+7", b"true", b"null", b'""',
    b"[]", b"{}",
)  # fmt: skip
_NESTS = (b"[", b"{", b"(", b'{"a":', b"[[", b"<", b"'", b'"', b"\\", b"{a:", b">", b"%", b"&")
_TOKENS = (
    b"\r\n", b"\n", b"\0", b"\x1b[31m", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800",
    b"\xe2\x80\x9c", b"\xe2\x80\xae",
    b"&quot;", b"&#x110000;", b"`", b'\\"', b":", b",", b";", b"=",
    b"/", b"../", b"%s", b"{0}", b"<br>", b"> ", b"//", b"/*", b"None",
    b"\xf0\x9f\x92\xa1", b"\x85",
)  # fmt: skip

Change = Callable[[random.Random, bytearray, "Material"], None]


class Material:
    """What inputs of one target are made of.

    Args:
        seeds: Inputs that are right, or nearly so.
        tokens: Words that mean something in them.
        limit: Size of the largest input, in bytes.
    """

    def __init__(self, seeds: Sequence[bytes], tokens: Sequence[bytes], limit: int) -> None:
        self.seeds = tuple(seeds)
        self.tokens = (*_TOKENS, *tokens, *tokens, *tokens)
        self.limit = limit

    def input(self, rng: random.Random) -> bytes:
        """One input: now and then a seed as it is, else one that was changed a few times."""
        seed = rng.choice(self.seeds)
        if rng.random() < 0.01:
            return seed
        data = bytearray(seed)
        for _ in range(min(_MOST_CHANGES, 1 + int(rng.expovariate(0.6)))):
            rng.choice(_CHANGES)(rng, data, self)
        return bytes(data[: self.limit])


def _place(rng: random.Random, data: bytearray) -> int:
    """A place to change, in a large input mostly one that is not blank."""
    if not data:
        return 0
    if len(data) > 4 * _TEXT_SIZE and rng.random() < 0.9:
        for _ in range(40):
            at = rng.randrange(len(data))
            if data[at] != data[at - 1]:
                return at
    if rng.random() < 0.2:
        return min(len(data) - 1, int(rng.expovariate(1 / 24)))
    return rng.randrange(len(data))


def _range(rng: random.Random, data: bytearray) -> tuple[int, int]:
    start = _place(rng, data)
    return start, min(len(data), start + 1 + int(rng.expovariate(1 / rng.choice((3, 20, 300)))))


def _flip(rng: random.Random, data: bytearray, _: Material) -> None:
    if data:
        data[_place(rng, data)] ^= 1 << rng.randrange(8)


def _byte(rng: random.Random, data: bytearray, _: Material) -> None:
    if data:
        data[_place(rng, data)] = rng.choice(_BYTES + _MORE_BYTES)


def _noise(rng: random.Random, data: bytearray, _: Material) -> None:
    start, end = _range(rng, data)
    data[start:end] = rng.randbytes(end - start)


def _word(rng: random.Random, data: bytearray, _: Material) -> None:
    """A field of a header, such as a length: an extreme, or a little off."""
    size = rng.choice((2, 4))
    at = _place(rng, data)
    old = int.from_bytes(data[at : at + size], "little")
    near = old + rng.choice((-4096, -16, -2, -1, 1, 2, 16, 4096))
    new = near if rng.random() < 0.4 else rng.choice(_WORDS + _LONG_WORDS)
    order = "little" if rng.random() < 0.7 else "big"
    data[at : at + size] = (new % (1 << 8 * size)).to_bytes(size, order)  # type: ignore[arg-type]


def _delete(rng: random.Random, data: bytearray, _: Material) -> None:
    start, end = _range(rng, data)
    del data[start:end]


def _cut(rng: random.Random, data: bytearray, _: Material) -> None:
    del data[_place(rng, data) :]


def _repeat(rng: random.Random, data: bytearray, material: Material) -> None:
    """The same again and again: 2 to 2^k times, rarely until the limit is reached."""
    start, end = _range(rng, data) if rng.random() < 0.8 else (0, len(data))
    room = material.limit if rng.random() < 0.004 else min(material.limit, 2 * _TEXT_SIZE)
    room -= len(data)
    times = min(1 << rng.randrange(1, 21), max(0, room) // max(1, end - start))
    data[end:end] = data[start:end] * times


def _token(rng: random.Random, data: bytearray, material: Material) -> None:
    at = _place(rng, data)
    token = rng.choice(material.tokens)
    data[at : at + (len(token) if rng.random() < 0.4 else 0)] = token


def _tokens(rng: random.Random, data: bytearray, material: Material) -> None:
    """Beginnings that are never finished, one after the other."""
    room = material.limit if rng.random() < 0.01 else _TEXT_SIZE
    few = [rng.choice(material.tokens) for _ in range(rng.randrange(1, 4))]
    text = b"".join(few)
    at = _place(rng, data)
    data[at:at] = text * min(1 << rng.randrange(1, 18), max(1, room // max(1, len(text))))


def _splice(rng: random.Random, data: bytearray, material: Material) -> None:
    other = rng.choice(material.seeds)
    if len(other) > 4 * _TEXT_SIZE:  # as it lies in flash: at the same place, or at any other
        start = rng.randrange(len(other)) & -BLOCK
        part = other[start : start + rng.choice((BLOCK, 4096, 0x10000))]
        at = start if rng.random() < 0.5 else rng.randrange(len(data) + 1) & -BLOCK
        data[at : at + len(part)] = part
        return
    start, end = sorted((rng.randrange(len(other) + 1), rng.randrange(len(other) + 1)))
    at = _place(rng, data)
    data[at : at + rng.choice((0, end - start, len(data)))] = other[start:end]


def _move(rng: random.Random, data: bytearray, _: Material) -> None:
    start, end = _range(rng, data)
    part = data[start:end]
    at = _place(rng, data)
    data[at : at + (len(part) if rng.random() < 0.5 else 0)] = part


def _digits(rng: random.Random, data: bytearray, _: Material) -> None:
    """A number in text becomes an extreme one, or none."""
    at = _place(rng, data)
    found = _NUMBER.search(data, at, at + 2 * _TEXT_SIZE) or _NUMBER.search(data, 0, _TEXT_SIZE)
    if found:
        data[found.start() : found.end()] = rng.choice(_NUMBERS)


def _nest(rng: random.Random, data: bytearray, material: Material) -> None:
    room = material.limit if rng.random() < 0.01 else 2 * _TEXT_SIZE
    opening = rng.choice(_NESTS)
    at = _place(rng, data)
    data[at:at] = opening * min(1 << rng.randrange(1, 18), max(1, room // len(opening)))


_CHANGES: tuple[Change, ...] = (
    _flip, _flip, _byte, _byte, _noise, _word, _word, _delete, _cut, _repeat, _token, _token,
    _tokens, _splice, _splice, _move, _digits, _digits, _nest,
)  # fmt: skip


@lru_cache(maxsize=64)
def _stream(name: str, seed: int) -> str:
    return f"{name} {seed} "


def numbered(material: Material, name: str, seed: int, run: int) -> bytes:
    """The input of a run: the same for the same target, seed number and run number."""
    return material.input(random.Random(_stream(name, seed) + str(run)))
