"""What a session waits for, counts and drops, on a line of its own time."""

from __future__ import annotations

import pytest

from bekenlab.link.commands import check_crc, erase_sector, link_check
from bekenlab.link.session.channel import Channel
from bekenlab.link.session.checks import LinkChecks
from link_script import LINKED, Script, crc_reply

ASK = check_crc(0, 256)
CHECK = link_check()


def test_a_reply_is_awaited_until_the_deadline_and_no_longer() -> None:
    line = Script((0.5, LINKED), (2.0, LINKED))
    channel = Channel(line)
    assert channel.next_frame(0.4) is None
    assert line.now() == pytest.approx(0.4)
    assert channel.next_frame(1.0) is not None
    assert channel.heard_at == line.now() == pytest.approx(0.5)
    assert channel.next_frame(1.0) is None
    assert line.now() == pytest.approx(1.0)


def test_a_port_that_returns_early_does_not_shorten_the_wait() -> None:
    line = Script((0.5, LINKED), longest=0.01)
    assert Channel(line).next_frame(0.9) is not None


def test_what_has_arrived_is_read_by_a_process_that_was_late() -> None:
    line = Script((0.5, LINKED), (0.5, crc_reply(1)))
    channel = Channel(line)
    line.time = 9.0
    assert channel.next_frame(1.0)
    assert channel.next_frame(1.0)
    assert channel.next_frame(1.0) is None
    assert line.now() == 9.0


def test_of_a_peer_that_never_falls_silent_64_kib_are_read_after_the_deadline() -> None:
    line = Script(endless=bytes(4096))
    channel = Channel(line)
    line.time = 9.0
    assert channel.next_frame(1.0) is None
    assert line.given == 65536
    assert channel.next_frame(1.0) is None
    assert line.given == 65536
    channel.next_frame(line.time + 0.01)
    assert line.given > 65536, "what arrives in time is read"
    line.given = 0
    channel.send(ASK)
    assert channel.next_frame(1.0) is None
    assert line.given == 65536, "a request is entitled to as much again"


def test_of_a_peer_that_sends_byte_by_byte_few_reads_are_made_after_the_deadline() -> None:
    line = Script(endless=b"\0")
    channel = Channel(line)
    line.time = 9.0
    assert channel.next_frame(1.0) is None
    assert line.given == 128


def test_what_arrives_in_time_is_not_counted_as_late() -> None:
    line = Script(*((n / 100, bytes(4096)) for n in range(1, 40)), (2.0, LINKED))
    channel = Channel(line)
    assert channel.next_frame(1.0) is None
    line.time = 2.0
    assert channel.next_frame(1.0) is not None


def test_a_line_is_quiet_from_when_request_and_reply_are_due() -> None:
    line = Script()
    line.baud = 10_000
    channel = Channel(line)
    assert channel.line_time(100) == pytest.approx(0.1)
    line.time = 5.0
    assert channel.quiet_for == 5.0
    channel.send(ASK)
    due = (len(ASK.raw) + ASK.reply_bytes) / 1000
    line.time = 6.0
    assert channel.quiet_for == pytest.approx(1.0 - due)
    line.script.append((6.5, LINKED))
    assert channel.next_frame(7.0)
    line.time = 6.75
    assert channel.quiet_for == pytest.approx(0.25)


def test_a_reply_counts_as_lost_after_its_work_its_way_and_the_latency_of_adapters() -> None:
    line = Script()
    line.baud = 10_000
    way = (len(ASK.raw) + ASK.reply_bytes) / 1000
    waits = Channel(line).patience(ASK)
    assert ASK.work + way + 0.1 < waits < ASK.work + 2 * way + 0.5


def test_only_link_checks_are_numbered() -> None:
    channel = Channel(Script())
    assert [channel.send(r) for r in (CHECK, ASK, CHECK, erase_sector(0))] == [1, 0, 2, 0]


def test_replies_to_link_checks_count_however_they_are_received() -> None:
    line = Script((0.1, LINKED + LINKED), (0.2, LINKED), (0.3, LINKED + crc_reply(1)))
    channel = Channel(line)
    for _ in range(4):
        channel.send(CHECK)
    assert channel.checks.answered == 0
    assert channel.next_frame(1.0)
    assert channel.checks.answered == 1, "one is received but not read yet"
    channel.drop_unread()
    assert channel.checks.answered == 2
    assert channel.hears(ASK, 1.0)
    assert channel.checks.answered == 4
    assert not channel.hears(ASK, 1.0)


def test_a_reply_to_something_else_is_no_answer_to_a_link_check() -> None:
    line = Script((0.1, crc_reply(1)))
    channel = Channel(line)
    channel.send(CHECK)
    assert not channel.hears(CHECK, 1.0)
    assert channel.checks.answered == 0


def test_draining_ends_when_the_line_falls_silent() -> None:
    line = Script((0.03, LINKED), (0.06, bytes(9)), (0.09, LINKED[:4]), (0.5, LINKED[4:]))
    channel = Channel(line)
    channel.send(CHECK)
    assert channel.drain()
    assert line.now() == pytest.approx(0.13)
    assert channel.checks.answered == 1
    assert not channel.mid_frame, "the half frame is dropped"
    assert channel.next_frame(1.0) is None, "and its end is no frame"


def test_draining_gives_up_on_what_never_falls_silent() -> None:
    line = Script(endless=bytes(64))
    assert not Channel(line).drain()
    assert line.now() == pytest.approx(3.0, abs=0.1)
    line = Script(endless=bytes(64))
    assert not Channel(line).drain(0.03, 0.5)
    assert line.now() == pytest.approx(0.5, abs=0.1)


def test_a_frame_that_has_begun() -> None:
    line = Script((0.1, LINKED[:5]), (0.2, LINKED[5:]))
    channel = Channel(line)
    assert not channel.mid_frame
    assert channel.next_frame(0.15) is None
    assert channel.mid_frame
    assert channel.next_frame(0.3)
    assert not channel.mid_frame


def test_link_checks_are_answered_in_order() -> None:
    checks = LinkChecks()
    for at in (0.0, 0.1, 0.2):
        checks.sent(at)
    assert (checks.count, checks.answered) == (3, 0)
    checks.heard(0.3)
    assert checks.answered == 1
    checks.heard(0.3)
    assert checks.answered == 2


@pytest.mark.parametrize(("now", "answered"), [(1.0, 1), (1.01, 2), (1.3, 2)])
def test_a_link_check_is_lost_after_a_second(now: float, answered: int) -> None:
    checks = LinkChecks()
    checks.sent(0.0)
    checks.sent(0.5)
    checks.heard(now)
    assert checks.answered == answered


def test_a_reply_nobody_waits_for_answers_nothing() -> None:
    checks = LinkChecks()
    checks.heard(0.0)
    assert checks.answered == 0
    checks.sent(0.0)
    checks.heard(5.0)
    assert checks.answered == 0
    checks.sent(5.0)
    checks.heard(5.0)
    assert checks.answered == 2


def test_forgotten_link_checks_count_as_answered_and_their_replies_do_not() -> None:
    checks = LinkChecks()
    checks.sent(0.0)
    checks.sent(0.0)
    checks.forget()
    assert checks.answered == 2
    checks.sent(0.1)
    assert checks.answered == 2
    checks.heard(0.1)
    assert checks.answered == 3
