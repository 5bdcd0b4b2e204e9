"""Boot loaders write code: through the bus, and with the flash controller."""

from __future__ import annotations

from bekenlab.image import framing
from bekenlab.machine import FlashImage, Machine, Until, snapshot
from machine_support import LOOP, prints

OPERATE, WRITE_DATA, CONFIG = 0x803000, 0x803004, 0x80301C
TAKES_STORES, PROGRAM = 1 << 9, 0x6C000000
APP, SIZE = 0x10000, 0x12000
NEW = b"".join(word.to_bytes(4, "little") for word in prints(b"new app\n", LOOP))


def words(data: bytes) -> tuple[int, ...]:
    data += b"\xff" * (-len(data) % 4)
    return tuple(int.from_bytes(data[n : n + 4], "little") for n in range(0, len(data), 4))


def stores(pairs: list[tuple[int, int]], then: int) -> bytes:
    """ARM code that stores values at addresses, and goes on at ``then``."""
    literals = [number for pair in pairs for number in pair] + [then]
    length = 3 * len(pairs) + 1
    code: list[int] = []
    for n in range(len(pairs)):
        for register in (1, 0):  # ldr r1, =address; ldr r0, =value
            place, literal = len(code), length + 2 * n + (1 - register)
            code.append(0xE59F0000 | register << 12 | 4 * (literal - place - 2))
        code.append(0xE5810000)  # str r0, [r1]
    code.append(0xE59FF000 | 4 * (length + len(literals) - 1 - len(code) - 2))  # ldr pc, =then
    return b"".join(word.to_bytes(4, "little") for word in (*code, *literals))


def booted(pairs: list[tuple[int, int]], then: int = APP) -> Machine:
    """A chip whose boot loader does this; its app is blank."""
    logical = stores(pairs, then).ljust(SIZE, b"\xff")
    image = FlashImage(b"\xff" * 0x200000, logical)
    return Machine.from_image(image, chip="BK7231N", start="bootloader")


def through_the_bus(data: bytes, address: int = APP) -> list[tuple[int, int]]:
    return [
        (CONFIG, TAKES_STORES),
        *((address + 4 * n, word) for n, word in enumerate(words(data))),
        (CONFIG, 0),
    ]


def with_the_controller(data: bytes) -> list[tuple[int, int]]:
    framed, start = framing.add(data), framing.to_physical(APP)
    found: list[tuple[int, int]] = []
    for n in range(0, len(framed), 32):
        found += [(WRITE_DATA, word) for word in words(framed[n : n + 32])]
        found.append((OPERATE, PROGRAM | (start + n)))
    return found


def test_what_is_stored_on_the_bus_is_programmed_in_frames_and_runs() -> None:
    machine = booted(through_the_bus(NEW))
    assert machine.run(Until(match="new app", device_seconds=1)).reason == "match"
    place = framing.to_physical(APP)
    assert machine.flash[place:].startswith(framing.add(NEW))
    assert machine.cpu.ignored_writes == 0


def test_what_the_controller_programs_runs_when_the_loader_starts_it() -> None:
    machine = booted(with_the_controller(NEW))
    assert machine.run(Until(match="new app", device_seconds=1)).reason == "match"


def test_flash_is_not_erased_by_stores_and_frames_are_filled() -> None:
    once, twice = b"\x0f\xff\xff\xff" * 3, b"\xf8\xff\xff\xff" * 3
    machine = booted(through_the_bus(once) + through_the_bus(twice), then=0)
    machine.run(Until(device_seconds=0.001))
    expected = bytes(a & b for a, b in zip(framing.add(once), framing.add(twice), strict=True))
    assert machine.flash[framing.to_physical(APP) :].startswith(expected)
    assert machine.cpu.peek(APP, 32) == expected[:32]


def test_a_snapshot_holds_what_is_not_yet_programmed() -> None:
    pairs = through_the_bus(NEW)
    machine, twin = booted(pairs), booted(pairs)
    machine.step(40)
    snapshot.restore(twin, snapshot.save(machine))
    for each in (machine, twin):
        each.run(Until(device_seconds=0.01))
    assert twin.log == machine.log == "new app\n"
    assert snapshot.save(twin) == snapshot.save(machine)
