"""The processor by itself, and the search for loops that only wait."""

from unicorn import arm_const as arm

from bekenlab.machine import Machine, Until
from bekenlab.machine.registers import quick_access
from machine_support import APP, LOOP, firmware

COUNT = (0xE2800001, 0xEAFFFFFD)  # add r0, r0, #1; b back to it
NOTHING = (0xE1A00000, 0xEAFFFFFD)  # mov r0, r0; b back to it


def booted(*words: int) -> Machine:
    return Machine.from_image(firmware(*words), chip="BK7231N")


def test_code_that_changes_nothing_comes_back() -> None:
    cpu = booted(*NOTHING).cpu
    before = cpu.general()
    assert cpu.comes_back(10)
    assert (cpu.general(), cpu.pc) == (before, APP)
    assert cpu.run(1)
    assert cpu.pc == APP + 4, "nothing is left of the search"


def test_code_that_counts_does_not_come_back_but_is_executed() -> None:
    cpu = booted(*COUNT).cpu
    assert not cpu.comes_back(11)
    assert cpu.general()[0] == 6
    assert cpu.pc == APP + 4


def test_a_loop_that_only_waits_is_skipped_from_then_on() -> None:
    waiting, counting = booted(*NOTHING), booted(*COUNT)
    for machine in (waiting, counting):
        machine.run(Until(device_seconds=0.1))
    assert waiting.engine.idle_loops
    assert not counting.engine.idle_loops
    assert waiting.instructions < 300_000
    assert counting.instructions > 5_000_000


def test_registers_are_read_and_written_fast_or_as_unicorn_does_it() -> None:
    cpu = booted(LOOP).cpu
    read, write = quick_access(cpu._uc)
    assert read != cpu._uc.reg_read
    write(arm.UC_ARM_REG_R3, 0x89ABCDEF)
    assert read(arm.UC_ARM_REG_R3) == cpu._uc.reg_read(arm.UC_ARM_REG_R3) == 0x89ABCDEF

    class Later:
        """A Unicorn with other insides."""

        reg_read = reg_write = print

    slow: tuple[object, object] = quick_access(Later())
    assert slow == (print, print)
