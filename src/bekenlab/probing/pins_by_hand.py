"""Trying pins with the very flash that was written: buttons, inputs, and what changes by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.probing.pin_kinds import Kind, kind_of, of_kind, on_level, state_words, word
from bekenlab.probing.rehearsal import PinCheck, PinVerdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.openbeken.settings import PinSetting
    from bekenlab.probing.virtual_target import Mark, VirtualTarget

_STARTED = "Main_Init_After_Delay done"
_START_MOST = 10.0  # device seconds
_PRESS = 0.3
# OpenBeken waits this long for a second click before it acts on the first.
_ACT = 0.9
# Long enough for a Wi-Fi LED to blink several times, and for drivers that act every few seconds.
_WATCHED = 4.5
_LIGHTS = (Kind.DIMMED, Kind.WIRED)
_ALL_CHANNELS = "Btn_Tgl_All"


def try_by_hand(target: VirtualTarget, settings: Sequence[PinSetting]) -> list[PinCheck]:
    """Start the firmware, operate every input, and watch the pins that need no command."""
    begun = target.mark()
    for setting in of_kind(settings, Kind.PRESSED, Kind.SENSED):
        # As the device's circuit does: OpenBeken enables a pull-up for buttons of either polarity.
        target.drive(setting.gpio, 1 - on_level(setting.role))
    target.run_until(_STARTED, _START_MOST)
    checks = [
        _pressed(target, setting, settings) for setting in of_kind(settings, Kind.PRESSED)
    ] + [_sensed(target, setting, settings) for setting in of_kind(settings, Kind.SENSED)]
    target.run(max(0.0, _WATCHED - target.seconds))
    checks += [_restless(target, begun, s) for s in of_kind(settings, Kind.BLINKING, Kind.RESTLESS)]
    checks += [_held(target, s) for s in of_kind(settings, Kind.HELD_HIGH, Kind.HELD_LOW)]
    checks += [_untried(target, s) for s in of_kind(settings, Kind.NONE)]
    return checks


def _check(setting: PinSetting, expected: str, seen: str, *, good: bool) -> PinCheck:
    verdict = PinVerdict.MOVED if good else PinVerdict.WRONG
    return PinCheck(setting.gpio, setting.text, expected, seen, verdict)


def _pressed(
    target: VirtualTarget, setting: PinSetting, settings: Sequence[PinSetting]
) -> PinCheck:
    relays = _switched_by(setting, settings)
    mark = _touch(target, setting)
    noticed = f":{setting.gpio} Button_OnInitialPressDown" in target.log_since(mark)
    moved = [pin.gpio for pin in relays if target.levels_since(mark, pin.gpio)]
    expected = f"press noticed{_and_change(relays)}"
    seen = (
        "press noticed" if noticed else f"no press noticed: {state_words(target.pin(setting.gpio))}"
    )
    seen += "".join(f", P{gpio} changes" for gpio in moved)
    return _check(setting, expected, seen, good=noticed and len(moved) == len(relays))


def _switched_by(button: PinSetting, settings: Sequence[PinSetting]) -> list[PinSetting]:
    """Relays and LEDs a press is to change; none where it dims a light or runs a script.

    OpenBeken assigns all buttons to the light as soon as there is one.
    """
    if of_kind(settings, *_LIGHTS) or not button.role.startswith("Btn"):
        return []
    every = button.role.startswith(_ALL_CHANNELS)
    if not every and button.role.removesuffix("_n").removesuffix("_pd") != "Btn":
        return []
    switched = of_kind(settings, Kind.SWITCHED)
    return [pin for pin in switched if every or pin.channel == button.channel]


def _and_change(relays: Sequence[PinSetting]) -> str:
    if not relays:
        return ""
    names = ", ".join(f"P{pin.gpio}" for pin in relays)
    return f", {names} change{'s' if len(relays) == 1 else ''}"


def _sensed(target: VirtualTarget, setting: PinSetting, settings: Sequence[PinSetting]) -> PinCheck:
    """Checked in the log, or by the pins of the channel: a toggled channel is not in the log."""
    mark = _touch(target, setting)
    said = re.search(rf"CHANNEL_Set channel {setting.channel} has changed", target.log_since(mark))
    driven = [pin for pin in of_kind(settings, Kind.SWITCHED) if pin.channel == setting.channel]
    changes = bool(said) or any(target.levels_since(mark, pin.gpio) for pin in driven)
    expected = f"driven from outside: channel {setting.channel} changes"
    seen = f"channel {setting.channel} {'changes' if changes else 'does not change'}"
    return _check(setting, expected, seen, good=changes)


def _touch(target: VirtualTarget, setting: PinSetting) -> Mark:
    mark = target.mark()
    target.drive(setting.gpio, on_level(setting.role))
    target.run(_PRESS if kind_of(setting.role) is Kind.PRESSED else _ACT)
    target.drive(setting.gpio, 1 - on_level(setting.role))
    target.run(_ACT)
    return mark


def _restless(target: VirtualTarget, begun: Mark, setting: PinSetting) -> PinCheck:
    levels = target.levels_since(begun, setting.gpio)
    blinks = kind_of(setting.role) is Kind.BLINKING
    expected = "blinks while there is no network" if blinks else "changes by itself"
    good = {0, 1} <= set(levels)
    seen = f"low and high in turn, {len(levels)} changes in {target.seconds:.1f} s"
    return _check(
        setting, expected, seen if good else state_words(target.pin(setting.gpio)), good=good
    )


def _held(target: VirtualTarget, setting: PinSetting) -> PinCheck:
    level = int(kind_of(setting.role) is Kind.HELD_HIGH)
    pin = target.pin(setting.gpio)
    good = pin is not None and pin.direction == "out" and pin.level == level
    return _check(setting, f"an output, {word(level)}", state_words(pin), good=good)


def _untried(target: VirtualTarget, setting: PinSetting) -> PinCheck:
    return PinCheck(
        setting.gpio,
        setting.text,
        "not tried: the virtual chip has nothing that drives it",
        state_words(target.pin(setting.gpio)),
        PinVerdict.UNTRIED,
    )
