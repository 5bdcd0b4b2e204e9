"""Keys of pins are told while the log comes in."""

import time

from bekenlab.web.tasks.boot import PinWatch
from boot_logs import TRUTH, boot


def test_keys_are_told_once_each_and_none_is_missing() -> None:
    watch = PinWatch()
    lines = [line.rstrip("\r") for line in boot("key_list").split("\n")]
    told = [key for line in lines for key in watch.learns(line)]
    assert len(told) == len(set(told))
    assert set(told) <= set(TRUTH)
    assert {key for key in TRUTH if key in ("rl1_pin", "bt1_pin", "netled1_pin")} <= set(told)


def test_a_flood_of_pins_takes_time_that_grows_with_it_not_with_its_square() -> None:
    watch = PinWatch()
    line = "[01-01 00:00:00 TUYA N][lr:0x1] ,rl{}_pin: is {} "
    began = time.process_time()
    for n in range(4000):
        watch.learns(line.format(n % 30, n % 40))
    assert time.process_time() - began < 4.0


def test_a_value_that_may_be_cut_is_not_told() -> None:
    watch = PinWatch()
    assert watch.learns(",rl1_pin: is 2") == []
    assert watch.learns("6 ") == []
    assert watch.learns("something else") == []
