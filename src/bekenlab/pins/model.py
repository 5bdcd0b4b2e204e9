"""The pin map: the role, active level and evidence of each GPIO."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.chips import serial_ports

if TYPE_CHECKING:
    from bekenlab.errors import Notice


class Source(StrEnum):
    """Where a statement about a pin was found, most trustworthy first.

    ``PIN_LIST`` is a list of pins in words from another program, without active levels.
    ``BEHAVIOUR`` is what the firmware did with its pins in the virtual chip (docs/probe.md).
    ``SIMILAR_DEVICE`` is what other devices of the same product say (docs/corpus.md).
    ``OPENBEKEN`` is a configuration made by a person; it is never compared with the others.
    """

    STORAGE = "storage"
    PROTECTED = "protected"
    OEM_CFG = "oem_cfg"
    BOOT_LOG = "boot_log"
    PIN_LIST = "pin_list"
    BEHAVIOUR = "behaviour"
    SIMILAR_DEVICE = "similar_device"
    FIRMWARE_DEFAULT = "firmware_default"
    OPENBEKEN = "openbeken"


class Polarity(StrEnum):
    """Electrical level that means "on" or "pressed"."""

    ACTIVE_HIGH = "active_high"
    ACTIVE_LOW = "active_low"


class Colour(StrEnum):
    """What a PWM output of a lamp drives."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    COLD = "cold"
    WARM = "warm"
    BRIGHTNESS = "brightness"
    TEMPERATURE = "temperature"


class PowerOn(StrEnum):
    """What a relay does when power comes back."""

    OFF = "off"
    ON = "on"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The source of a statement and the Tuya key in it, e.g. ``rl1_pin``."""

    source: Source
    key: str


@dataclass(frozen=True, slots=True)
class Pin:
    """One role of one GPIO.

    Attributes:
        gpio: GPIO number, 0 to 63: the P-number of Beken's chips; for others see ``chips.others``.
        role: OpenBeken role without its polarity suffix, e.g. ``"Rel"``, ``"WifiLED"``; see
            ``openbeken.template`` for the spelling with polarity. ``"None"`` for a pin that Tuya
            uses but OpenBeken has no role for (``label`` then says what it is).
        channel: OpenBeken channel number; 0 if the role has none.
        polarity: Active level, or None if the role has none or it is unknown.
        label: Its name for people, e.g. ``"Relay 1"``.
        evidence: All sources that agree, best first; never empty.
        assumed: Whether ``polarity`` is the usual one for such a pin, not stated by the source.
        colour: What it drives, for an output of a lamp; else None.
        name: What the chip calls it where that is not its number after a P, e.g. ``"PA14"``.
    """

    gpio: int
    role: str
    channel: int
    polarity: Polarity | None
    label: str
    evidence: tuple[Evidence, ...]
    assumed: bool = False
    colour: Colour | None = None
    name: str = ""

    @property
    def place(self) -> str:
        """Its name for people: ``P26``, or as the chip calls it."""
        return self.name or f"P{self.gpio}"


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A configuration key that names a pin but is not understood."""

    key: str
    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class LedDriver:
    """A constant-current LED driver on two wires (SM2135, BP5758D, ...).

    Attributes:
        name: OpenBeken driver name, e.g. ``"SM2135"``.
        currents: Labelled currents as stored, e.g. ``{"RGB": 20, "CW": 50}``, in the part's unit.
        led_map: Driver output of red, green, blue, cool and warm; -1 = unused.
        in_ma: The same currents in mA, if the unit is known.
    """

    name: str
    currents: dict[str, int]
    led_map: tuple[int, int, int, int, int] | None
    in_ma: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meter:
    """A power meter.

    Attributes:
        part: ``"BL0937"``, ``"HLW8012"`` (pulses), ``"HLW8032"`` or ``"BL0942"`` (serial).
        uart: Its serial port, 1 (P10, P11) or 2 (P1, P0); None for a meter with pulse outputs.
        milliohm: Shunt resistance, if the configuration gives it.
    """

    part: str
    uart: int | None = None
    milliohm: int | None = None


@dataclass(frozen=True, slots=True)
class Strip:
    """An addressable LED strip.

    Attributes:
        leds: Number of LEDs, or None.
        order: Colour order, e.g. ``"GRB"``, or None.
    """

    leds: int | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Battery:
    """Voltage in mV of an empty and of a full battery."""

    empty_mv: int
    full_mv: int


@dataclass(frozen=True, slots=True)
class Curtain:
    """Two relays that move a curtain or shutter and must never be on together.

    Attributes:
        relays: Channels of the relays, by number.
        stop: GPIO numbers of buttons that switch both off.
    """

    relays: tuple[int, int]
    stop: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PinMap:
    """Everything known about the pins of one device.

    Attributes:
        pins: Sorted by GPIO, then role.
        not_understood: Keys that name a pin but are not understood; nothing is dropped.
        module: Module name from the configuration, e.g. ``"CB2S"``, or None.
        pwm_hz: PWM frequency in Hz, or None.
        cct: Whether the first of the two white PWMs sets colour temperature and the second
            brightness (Tuya ``cwtype:1``).
        led_driver: Constant-current driver, or None.
        meter: Power meter, or None.
        mcu_baud: Baud rate of a second controller (TuyaMCU) on UART1, or None.
        strip: Addressable LED strip, or None.
        battery: Voltages of an empty and a full battery, or None.
        pulse_ms: Length of the pulse that switches a latching relay, or None.
        curtains: Pairs of relays that must never be on together.
        ports: RX and TX of the serial ports, as far as they are known.
        power_on: What relays do when power comes back, by channel, if known.
        commands: OpenBeken startup commands the configuration calls for, in order.
        flags: OpenBeken flag bits the configuration calls for.
        notes: Sentences about what has no OpenBeken role.
        notices: Warnings about the pins and about where they come from. They belong to the pins:
            whatever shows, exports or installs the pins shows them too.
    """

    pins: tuple[Pin, ...] = ()
    not_understood: tuple[UnknownKey, ...] = ()
    module: str | None = None
    pwm_hz: int | None = None
    cct: bool = False
    led_driver: LedDriver | None = None
    meter: Meter | None = None
    mcu_baud: int | None = None
    strip: Strip | None = None
    battery: Battery | None = None
    pulse_ms: int | None = None
    curtains: tuple[Curtain, ...] = ()
    power_on: dict[int, PowerOn] = field(default_factory=dict)
    ports: dict[int, tuple[int, int]] = field(default_factory=lambda: serial_ports(None))
    commands: tuple[str, ...] = ()
    flags: frozenset[int] = field(default_factory=frozenset)
    notes: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def source(self) -> Source | None:
        """The most trustworthy source of the pins; None without pins."""
        said = {each.source for pin in self.pins for each in pin.evidence}
        return next((source for source in Source if source in said), None)
