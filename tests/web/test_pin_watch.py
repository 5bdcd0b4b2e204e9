"""Keys of pins are told while the log comes in."""

from bekenlab.web.tasks.boot import PinWatch
from boot_logs import TRUTH, boot


def test_keys_are_told_once_each_and_none_is_missing() -> None:
    watch = PinWatch()
    lines = [line.rstrip("\r") for line in boot("key_list").split("\n")]
    told = [key for line in lines for key in watch.learns(line)]
    assert len(told) == len(set(told))
    assert set(told) <= set(TRUTH)
    assert {key for key in TRUTH if key in ("rl1_pin", "bt1_pin", "netled1_pin")} <= set(told)


def test_a_value_that_may_be_cut_is_not_told() -> None:
    watch = PinWatch()
    assert watch.learns(",rl1_pin: is 2") == []
    assert watch.learns("6 ") == []
    assert watch.learns("something else") == []
