"""Builds and connects a chip's peripherals from its profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bekenlab.machine.bus import Bus, Window
from bekenlab.machine.devices.base import Device, Wiring
from bekenlab.machine.devices.ble import Ble
from bekenlab.machine.devices.crypto import Crypto
from bekenlab.machine.devices.flash import Flash
from bekenlab.machine.devices.gdma import Gdma
from bekenlab.machine.devices.gpio import Gpio
from bekenlab.machine.devices.icu import Icu
from bekenlab.machine.devices.mac import Mac
from bekenlab.machine.devices.pwm_new import NewPwm
from bekenlab.machine.devices.pwm_old import OldPwm
from bekenlab.machine.devices.radio import Radio
from bekenlab.machine.devices.saradc import Saradc
from bekenlab.machine.devices.saradc_new import NewSaradc
from bekenlab.machine.devices.sctrl import Sctrl
from bekenlab.machine.devices.timer import Timers
from bekenlab.machine.devices.trng import Trng
from bekenlab.machine.devices.uart import Uart
from bekenlab.machine.devices.uart_paced import PacedUart
from bekenlab.machine.devices.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.chips import ChipProfile
    from bekenlab.machine.clock import Clock

_Options = dict[str, Any]
_D = TypeVar("_D", bound=Device)


def _numbers(table: dict[str, int]) -> dict[int, int]:
    return {int(key, 0): value for key, value in table.items()}


_MODELS: dict[str, Callable[[Wiring, _Options], Device]] = {
    "plain": lambda wiring, o: Device(wiring, _numbers(o.get("reset", {}))),
    "ble": lambda wiring, o: Ble(wiring, _numbers(o["reset"])),
    "crypto": lambda wiring, _: Crypto(wiring),
    "flash": lambda wiring, o: Flash(wiring, o["jedec"]),
    "gdma": lambda wiring, _: Gdma(wiring),
    "gpio": lambda wiring, o: Gpio(wiring, o["count"]),
    "mac": lambda wiring, o: Mac(
        wiring, o["zero"], o["sent_irq"], o["received_irq"], o["wake_irq"]
    ),
    "pwm_new": lambda wiring, o: NewPwm(wiring, _numbers(o["pins"])),
    "pwm_old": lambda wiring, o: OldPwm(
        wiring, _numbers(o["pins"]), o["stride"], packed=o["packed"]
    ),
    "radio": lambda wiring, o: Radio(wiring, _numbers(o.get("reset", {}))),
    "saradc": lambda wiring, o: Saradc(
        wiring,
        tuple(o["data"]),
        o["channels"],
        o["clear"],
        o["busy"],
        _numbers(o["values"]),
        o["default"],
    ),
    "saradc_new": lambda wiring, o: NewSaradc(wiring, _numbers(o["values"]), o["default"]),
    "sctrl": lambda wiring, o: Sctrl(
        wiring, o["chip_id"], o["device_id"], bytes(o.get("efuse", ()))
    ),
    "timer": lambda wiring, _: Timers(wiring),
    "trng": lambda wiring, _: Trng(wiring),
    "uart": lambda wiring, _: Uart(wiring),
    "uart_paced": lambda wiring, _: PacedUart(wiring),
    "watchdog": lambda wiring, _: Watchdog(wiring),
}


@dataclass(frozen=True, slots=True)
class Board:
    """A chip's peripherals, connected.

    Attributes:
        bus: The bus they are attached to.
        devices: All of them by name; the fields below are those the machine uses directly.
        icu: Interrupt controller.
        uart1: Download and TuyaMCU port.
        uart2: Log port.
        gpio: Pins.
        flash: Flash and its controller.
        mac: Wi-Fi MAC.
        watchdog: Watchdog.
        sctrl: System control, the only block that stays powered in deep sleep.
    """

    bus: Bus
    devices: dict[str, Device]
    icu: Icu
    uart1: Uart
    uart2: Uart
    gpio: Gpio
    flash: Flash
    mac: Mac
    watchdog: Watchdog
    sctrl: Sctrl


def build_board(
    profile: ChipProfile, clock: Clock, models: Mapping[str, str] | None = None
) -> Board:
    """Build the peripherals of a chip.

    Args:
        profile: The chip as its firmware sees it.
        clock: Virtual time.
        models: Device models that replace those of the profile, by device name.
    """
    instead = models or {}
    bus = Bus(clock, profile.access_ticks)
    icu = Icu(Wiring("icu", clock))
    devices: dict[str, Device] = {"icu": icu}
    for window in profile.windows:
        wiring = _wiring(window.name, clock, icu, window.irq)
        devices[window.name] = _MODELS[window.model](wiring, window.options)
        bus.add_window(Window(window.base, window.size, devices[window.name]))
    for row in profile.devices:
        if row.model != "icu":
            wiring = _wiring(row.name, clock, icu, row.irq)
            model = instead.get(row.name, row.model)
            devices[row.name] = _MODELS[model](wiring, row.options)
        bus.attach(row.base, row.size, devices[row.name])
    _connect_bluetooth(devices)
    return Board(
        bus=bus,
        devices=devices,
        icu=icu,
        uart1=_of(devices, "uart1", Uart),
        uart2=_of(devices, "uart2", Uart),
        gpio=_of(devices, "gpio", Gpio),
        flash=_of(devices, "flash", Flash),
        mac=_of(devices, "mac", Mac),
        watchdog=_of(devices, "watchdog", Watchdog),
        sctrl=_of(devices, "sctrl", Sctrl),
    )


def _connect_bluetooth(devices: dict[str, Device]) -> None:
    """The memory that the Bluetooth controller shares with the firmware, and what wakes it."""
    ble = devices.get("ble")
    if isinstance(ble, Ble):
        ble.use_memory(devices["ble_memory"])
        _of(devices, "sctrl", Sctrl).on_bluetooth = ble.wake


def _wiring(name: str, clock: Clock, icu: Icu, line: int | None) -> Wiring:
    def set_line(number: int, level: bool) -> None:
        icu.set_line(number, level=level)

    if line is None:
        return Wiring(name, clock, line=set_line)
    return Wiring(name, clock, lambda level: icu.set_line(line, level=level), set_line)


def _of(devices: dict[str, Device], name: str, kind: type[_D]) -> _D:
    device = devices[name]
    if not isinstance(device, kind):
        raise TypeError(f"{name} is a {type(device).__name__}")
    return device
