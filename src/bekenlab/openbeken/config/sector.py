"""A configuration of OpenBeken: decodes the sector to fields, and encodes it byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import BadValueError, BekenlabError, NoConfigError, UnsupportedError
from bekenlab.openbeken.config.checksum import crc8
from bekenlab.openbeken.config.fields import VERSIONS, Layout, find_field, layout
from bekenlab.openbeken.config.values import Value, check, pack, unpack
from bekenlab.openbeken.settings import PinSetting, setting_role_name, setting_role_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


MAGIC = b"CFG"
_CRC = 3
_BODY = 4
_LAST_VERSION = 100  # OpenBeken itself treats larger numbers as junk


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration.

    Attributes:
        layout: Layout of its fields.
        body: Its bytes, including any between the fields.
        rest: The rest of its sector.
    """

    layout: Layout
    body: bytes = field(repr=False)
    rest: bytes = field(repr=False, default=b"")

    @property
    def version(self) -> int:
        """Version of its layout, 3 to 5."""
        return self.layout.version

    def value(self, name: str) -> Value:
        """Value of a field.

        Raises:
            BadValueError: There is no such field, in this version or at all.
        """
        row = self.layout.fields.get(name)
        if row is None:
            raise _missing(name, self.version)
        return unpack(row, self.body[row.offset : row.offset + row.size])

    def values(self) -> dict[str, Value]:
        """All fields, in the order of the sector."""
        return {name: self.value(name) for name in self.layout.fields}

    def pins(self) -> tuple[PinSetting, ...]:
        """The pins that have a role, by GPIO."""
        roles, firsts, seconds = (self._column(name) for name in _PIN_FIELDS)
        return tuple(
            PinSetting(gpio, setting_role_name(role), firsts[gpio], seconds[gpio])
            for gpio, role in enumerate(roles)
            if role
        )

    def with_values(self, values: Mapping[str, Value]) -> Config:
        """A copy with new values; everything not named stays the same, byte for byte.

        Raises:
            BadValueError: A field does not exist or cannot hold its value.
        """
        body = bytearray(self.body)
        for name, value in values.items():
            row = self.layout.fields.get(name)
            if row is None:
                raise _missing(name, self.version)
            check(row, value)
            body[row.offset : row.offset + row.size] = pack(row, value)
        return replace(self, body=bytes(body))

    def with_pins(self, pins: Iterable[PinSetting]) -> Config:
        """A copy with new settings for these GPIOs; role ``None`` clears one.

        Raises:
            BadValueError: A GPIO or role does not exist.
        """
        columns = [list(self._column(name)) for name in _PIN_FIELDS]
        for pin in pins:
            if pin.gpio >= self.layout.pins:
                raise BadValueError(
                    f"there is no P{pin.gpio}: OpenBeken has {self.layout.pins} pins here",
                    hint="use the GPIO number, not the pad number",
                )
            cells = (setting_role_number(pin.role), pin.channel, pin.channel2)
            for column, cell in zip(columns, cells, strict=True):
                column[pin.gpio] = cell
        return self.with_values(dict(zip(_PIN_FIELDS, map(tuple, columns), strict=True)))

    def encode(self) -> bytes:
        """The sector: 4096 bytes with a correct checksum."""
        body = bytearray(self.body)
        body[_CRC] = crc8(self.body[_BODY:])
        return (bytes(body) + self.rest).ljust(SECTOR, b"\xff")

    def _column(self, name: str) -> tuple[int, ...]:
        row = self.layout.fields[name]
        return tuple(self.body[row.offset : row.offset + row.size])


_PIN_FIELDS = ("pin_roles", "pin_channels", "pin_channels2")


def empty_config(version: int, chip: str | None = None) -> Config:
    """A configuration in which every field is zero.

    Args:
        version: One of ``VERSIONS``.
        chip: Name of the chip it is for.
    """
    place = layout(version, chip)
    head = MAGIC + b"\0" + version.to_bytes(4, "little")
    return Config(place, head.ljust(place.size, b"\0"))


def decode_config(sector: bytes, chip: str | None = None) -> Config:
    """Read a configuration.

    Args:
        sector: Bytes that begin with it; up to 4096 of them are kept.
        chip: Name of the chip it is for; a few chips have their own layout.

    Raises:
        NoConfigError: It is missing or damaged, or is not for a Beken chip.
        UnsupportedError: Its version is unknown.
    """
    version = int.from_bytes(sector[4:8], "little", signed=True)
    if sector[:3] != MAGIC or not 0 <= version <= _LAST_VERSION:
        raise NoConfigError(
            "this is not a configuration of OpenBeken",
            hint="it begins with CFG; name a configuration sector, or a dump that holds one",
        )
    if version not in VERSIONS:
        raise UnsupportedError(
            f"the configuration has version {version}",
            hint=f"bekenlab knows versions {VERSIONS[0]} to {VERSIONS[-1]}",
        )
    place = layout(version, chip)
    body = sector[: place.size]
    problem = _problem(body, place)
    if problem:
        raise problem
    return Config(place, body, sector[place.size : SECTOR])


def _problem(body: bytes, place: Layout) -> BekenlabError | None:
    if len(body) < place.size:
        return NoConfigError(
            f"the configuration is cut off after {len(body)} of {place.size} bytes",
            hint="copy or read it again",
        )
    stored = body[_CRC]
    if crc8(body[_BODY:]) == stored:
        return None
    if crc8(body[_BODY:], signed=False) == stored:
        return NoConfigError(
            "this configuration is not for a Beken chip: its checksum is that of an unsigned char",
            hint="make a new one from the device's template",
        )
    return NoConfigError(
        f"the configuration is damaged: checksum 0x{crc8(body[_BODY:]):02x}, stored 0x{stored:02x}",
        hint="copy or read it again; OpenBeken would reject it too",
    )


def _missing(name: str, version: int) -> BadValueError:
    row = find_field(name)
    return BadValueError(
        f"version {version} of the configuration has no {name}; it came with version {row.since}",
        hint="let OpenBeken save the configuration once, or make a new one",
    )
