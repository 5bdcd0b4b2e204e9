"""A session with a loader that answers late, wrongly, twice or not at all, without real time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bekenlab.link.commands import check_crc, erase_sector, link_check, read_sector, reboot
from bekenlab.link.errors import ChipRefusedError, LineLostError, NoReplyError
from bekenlab.link.session.pipeline import Pipeline
from bekenlab.link.session.policy import LoaderPolicy
from bekenlab.link.session.session import Session
from bekenlab.link.session.state import Phase
from link_script import LINKED, Script, crc_reply, sector_reply

ASK, OTHER, ERASE = check_crc(0, 4096), check_crc(4096, 8192), erase_sector(0x11000)
CHECK = link_check().raw
WAITS = LoaderPolicy(waits=True)
HURRIES = LoaderPolicy()
NEVER_NUDGED = LoaderPolicy(most_nudges=0)
DATA = bytes(range(256)) * 16
READ = read_sector(0x1000)


class Loader:
    """Answers each request with the next of ``replies``: seconds until it arrives, and its bytes.

    None is no reply. Link checks are answered a millisecond later, unless ``checks`` is false.
    """

    def __init__(self, *replies: tuple[float, bytes] | None, checks: bool) -> None:
        self.replies = list(replies)
        self.checks = checks

    def __call__(self, request: bytes, at: float) -> list[tuple[float, bytes]]:
        if request == CHECK:
            return [(at + 0.001, LINKED)] if self.checks else []
        reply = self.replies.pop(0) if self.replies else None
        return [(at + reply[0], reply[1])] if reply else []


def session(
    *replies: tuple[float, bytes] | None, policy: LoaderPolicy = WAITS, checks: bool = True
) -> tuple[Session, Script]:
    line = Script(answer=Loader(*replies, checks=checks))
    return Session(line, policy), line


def requests(line: Script) -> list[bytes]:
    return [data for _, data in line.written if data != CHECK]


def checks(line: Script) -> list[float]:
    return [at for at, data in line.written if data == CHECK]


# one request ---------------------------------------------------------------------------------


def test_an_answer_is_given_at_once() -> None:
    chip, line = session((0.01, crc_reply(7)))
    assert chip.ask(ASK) == (7).to_bytes(4, "little")
    assert line.now() == pytest.approx(0.01)
    assert (chip.lost, requests(line), checks(line)) == (0, [ASK.raw], [])


def test_a_lost_answer_is_asked_for_again_once_the_loader_is_back() -> None:
    chip, line = session(None, (0.01, crc_reply(7)))
    assert chip.ask(ASK) == (7).to_bytes(4, "little")
    assert chip.lost == 1
    assert requests(line) == [ASK.raw] * 2
    assert checks(line), "the loader was asked whether it listens"


def test_after_five_tries_there_is_no_answer() -> None:
    chip, line = session()
    with pytest.raises(NoReplyError, match="no answer after 5 tries"):
        chip.ask(ASK)
    assert requests(line) == [ASK.raw] * 5
    chip, line = session()
    with pytest.raises(NoReplyError, match="no answer after 2 tries"):
        chip.ask(ASK, tries=2)
    assert len(requests(line)) == 2


@pytest.mark.parametrize(("status", "tries"), [(1, 3), (5, 3), (6, 1), (10, 1)])
def test_a_refusal_is_repeated_only_where_that_may_help(status: int, tries: int) -> None:
    reply = (0.01, sector_reply(0x1000, b"", status))
    chip, line = session(reply, reply, reply)
    with pytest.raises(ChipRefusedError) as error:
        chip.ask(READ, tries=3)
    assert error.value.facts["status"] == status
    assert len(requests(line)) == tries


def test_a_refusal_that_passes() -> None:
    chip, _ = session((0.01, sector_reply(0x1000, b"", 1)), (0.01, sector_reply(0x1000, DATA)))
    assert chip.ask(READ) == DATA


def test_replies_to_something_else_are_passed_over() -> None:
    chip, _ = session(
        (0.01, sector_reply(0x2000, DATA) + crc_reply(1) + sector_reply(0x1000, DATA))
    )
    assert chip.ask(READ) == DATA
    assert chip.lost == 0


def test_a_reply_swallowed_by_a_torn_one_is_found() -> None:
    torn = sector_reply(0x1000, DATA)[:40]
    chip, _ = session((0.01, torn + crc_reply(7)))
    assert chip.ask(ASK) == (7).to_bytes(4, "little")
    assert chip.lost == 0


@pytest.mark.parametrize(
    ("answers", "given"),
    [((1, 1), 1), ((1, 2, 2), 2), ((1, 2, 1, 2, 1, 2, 3, 3), 3)],
)
def test_what_has_no_checksum_is_asked_until_two_answers_agree(
    answers: tuple[int, ...], given: int
) -> None:
    chip, line = session(*((0.01, crc_reply(n)) for n in answers))
    assert chip.ask_twice(ASK) == given.to_bytes(4, "little")
    assert len(requests(line)) == len(answers)


def test_eight_answers_that_differ_are_none() -> None:
    chip, line = session(*((0.01, crc_reply(n)) for n in range(20)))
    with pytest.raises(NoReplyError, match="a different answer each time"):
        chip.ask_twice(ASK)
    assert len(requests(line)) == 8


def test_a_refusal_counts_when_it_comes_twice() -> None:
    refusal, good = (0.01, sector_reply(0x1000, b"", 6)), (0.01, sector_reply(0x1000, DATA))
    chip, _ = session(refusal, refusal)
    with pytest.raises(ChipRefusedError):
        chip.ask_twice(READ)
    chip, _ = session(refusal, good, good)
    assert chip.ask_twice(READ) == DATA


# nudges --------------------------------------------------------------------------------------


def test_a_loader_that_waits_forever_is_not_nudged() -> None:
    chip, line = session((0.5, crc_reply(7)))
    assert chip.try_once(ASK)
    assert checks(line) == []


def test_a_loader_that_restarts_when_it_hears_nothing_is_nudged_until_it_answers() -> None:
    chip, line = session((0.5, crc_reply(7)), policy=HURRIES, checks=False)
    assert chip.try_once(ASK)
    sent = [0.0, *checks(line)]
    assert len(sent) > 5
    assert max(b - a for a, b in pairwise(sent)) < 0.1


def test_twelve_nudges_fit_into_its_buffer() -> None:
    chip, line = session((9.0, crc_reply(7)), policy=HURRIES, checks=False)
    slow = check_crc(0, 1 << 20)
    assert chip.try_once(slow) is None
    assert len(checks(line)) == 12


def test_a_reply_is_lost_once_a_later_nudge_is_answered() -> None:
    chip, line = session(None, policy=HURRIES)
    assert chip.try_once(ASK) is None
    assert line.now() < 0.1
    assert len(checks(line)) == 1


def test_an_answer_to_an_earlier_link_check_says_nothing_about_the_request() -> None:
    chip, line = session((0.08, crc_reply(7)), policy=HURRIES, checks=False)
    chip.send(link_check())
    line.script.append((0.055, LINKED))  # the answer to this one, after a nudge was sent
    assert chip.try_once(ASK)


@pytest.mark.parametrize("policy", [HURRIES, WAITS])
def test_nothing_is_sent_after_a_request_that_changes_something(policy: LoaderPolicy) -> None:
    chip, line = session(policy=policy)
    assert chip.try_once(ERASE) is None
    assert checks(line) == []
    assert line.now() > ERASE.work
    assert chip.state.phase is not Phase.READY


def test_a_reply_that_has_begun_is_not_nudged_and_given_up_early() -> None:
    chip, line = session((0.01, sector_reply(0x1000, DATA)[:40]), policy=HURRIES)
    assert chip.try_once(READ) is None
    assert checks(line) == []
    assert line.now() < 0.15


def test_a_reply_in_pieces_is_awaited_while_pieces_arrive() -> None:
    whole = sector_reply(0x1000, DATA)
    chip, line = session(policy=HURRIES)
    pieces = [whole[n : n + 1024] for n in range(0, len(whole), 1024)]
    line.script = [(0.04 * (n + 1), piece) for n, piece in enumerate(pieces)]
    assert chip.ask(READ) == DATA


def test_no_reply_is_awaited_beyond_its_deadline() -> None:
    waits, nudges = session(policy=WAITS), session(policy=LoaderPolicy(nudge_after=10))
    for chip, _ in (waits, nudges):
        assert chip.try_once(ASK) is None
    assert nudges[1].now() == pytest.approx(waits[1].now())
    assert checks(nudges[1]) == [], "it is too late for one"


# resynchronising -----------------------------------------------------------------------------


def test_a_loader_that_never_falls_silent_is_none() -> None:
    line = Script(endless=LINKED)
    chip = Session(line, WAITS)
    assert not chip.linked()
    assert chip.state.phase is Phase.UNLINKED
    assert line.now() < 2
    with pytest.raises(NoReplyError, match="stopped answering"):
        chip.resync()


def test_a_link_is_ready_once_the_line_is_silent() -> None:
    line = Script((0.01, LINKED), (0.02, LINKED))
    chip = Session(line)
    assert chip.linked()
    assert chip.state.phase is Phase.READY
    assert line.script == []


def test_after_a_change_nothing_is_sent_until_the_loader_has_forgotten_it() -> None:
    chip, line = session(policy=HURRIES)
    chip.try_once(ERASE)
    begin = line.now()
    chip.resync()
    assert checks(line)[0] >= begin + HURRIES.forgets_after
    assert chip.state.phase is not Phase.CHANGING


def test_otherwise_link_checks_keep_the_loader_alive_meanwhile() -> None:
    chip, line = session(policy=HURRIES)
    begin = line.now()
    chip.resync()
    sent = checks(line)
    assert sent[0] == begin
    assert len(sent) < 20, "no more than it can buffer"
    assert max(b - a for a, b in pairwise(sent)) < 0.1
    assert line.now() >= begin + HURRIES.forgets_after


def test_a_chip_that_stays_silent_is_asked_five_times_and_then_linked_again() -> None:
    chip, line = session(checks=False)
    linked: list[float] = []
    chip.state.relink_with(lambda: linked.append(line.now()))
    chip.resync()
    assert len(checks(line)) == 5
    assert len(linked) == 1


def test_a_reply_that_came_twice_does_not_answer_the_next_request() -> None:
    chip, _ = session((0.01, crc_reply(1) + crc_reply(1)), (0.01, crc_reply(2)))
    assert chip.ask(ASK) == (1).to_bytes(4, "little")
    assert chip.ask(OTHER) == (2).to_bytes(4, "little")


def test_a_late_reply_does_not_answer_the_next_request() -> None:
    chip, _ = session((1.5, crc_reply(1)), (0.01, crc_reply(2)), (0.01, crc_reply(2)))
    assert chip.try_once(ASK) is None
    chip.resync()
    assert chip.ask(OTHER) == (2).to_bytes(4, "little")


def test_a_link_check_must_be_answered_at_once_while_the_loader_listens_briefly() -> None:
    chip, line = session()
    assert not chip.try_link(), "a millisecond is too late"
    assert line.now() < 0.001
    assert chip.try_link(), "though the next look sees it"


def test_a_slow_line_gives_a_link_check_its_time() -> None:
    line = Script((0.2, LINKED))
    line.baud = 1200
    assert Session(line).is_linked()
    line = Script((0.5, LINKED))
    line.baud = 1200
    assert not Session(line).is_linked()


def test_the_firmware_is_started_by_three_requests() -> None:
    chip, line = session()
    chip.start_firmware()
    assert requests(line) == [reboot()] * 3
    assert chip.state.phase is Phase.STARTED


def test_an_error_in_the_background_is_raised_by_the_next_request() -> None:
    chip, line = session()
    chip.state.fail(LineLostError("unplugged"))
    with pytest.raises(LineLostError):
        chip.ask(ASK)
    assert line.written == []


# several requests in flight ------------------------------------------------------------------


def crcs(pipe: Pipeline, count: int) -> list[int | None]:
    data = [pipe.receive().data for _ in range(count)]
    return [None if each is None else int.from_bytes(each, "little") for each in data]


def test_requests_in_flight_are_answered_in_order() -> None:
    chip, _ = session(*((0.01 * n, crc_reply(n)) for n in (1, 2, 3)))
    pipe = Pipeline(chip, lambda: 100)
    for _ in range(3):
        pipe.send(ASK)
    assert len(pipe) == 3
    assert not chip.state.allows_keep_alive
    assert crcs(pipe, 3) == [1, 2, 3]
    assert (len(pipe), pipe.strays, pipe.nudges, chip.lost) == (0, 0, 0, 0)


def test_only_what_fits_into_the_chip_is_sent_ahead_but_one_request_always() -> None:
    chip, _ = session((0.01, crc_reply(1)), (0.02, crc_reply(2)))
    room = 2 * len(ASK.raw)
    pipe = Pipeline(chip, lambda: room)
    assert pipe.fits(ASK)
    pipe.send(ASK)
    assert pipe.fits(ASK)
    pipe.send(ASK)
    assert not pipe.fits(ASK)
    assert crcs(pipe, 1) == [1]
    assert pipe.fits(ASK)
    none = Pipeline(chip, lambda: 0)
    assert none.fits(ASK)
    none.send(ASK)
    assert not none.fits(ASK)


def test_a_missing_answer_is_lost_and_those_after_it_count() -> None:
    line = Script((0.01, crc_reply(1)), (0.02, sector_reply(0x1000, DATA)))
    chip = Session(line, WAITS)
    pipe = Pipeline(chip, lambda: 100)
    for request in (ASK, OTHER, READ):
        pipe.send(request)
    answers = [pipe.receive(), pipe.receive()]
    assert len(pipe) == 1, "it has arrived, but was not handed out"
    answers.append(pipe.receive())
    assert [answer.request for answer in answers] == [ASK, OTHER, READ]
    assert [answer.data for answer in answers] == [b"\1\0\0\0", None, DATA]
    assert (chip.lost, pipe.strays) == (1, 0)


def test_a_refusal_has_no_data_and_is_not_lost() -> None:
    chip, _ = session((0.01, sector_reply(0x1000, b"", 6)))
    pipe = Pipeline(chip, lambda: 100)
    pipe.send(READ)
    assert pipe.receive().data is None
    assert chip.lost == 0


def test_what_answers_nothing_in_flight_is_a_stray() -> None:
    chip, _ = session((0.01, sector_reply(0x5000, DATA) + crc_reply(1)))
    pipe = Pipeline(chip, lambda: 100)
    pipe.send(ASK)
    assert crcs(pipe, 1) == [1]
    assert pipe.strays == 1


def test_when_nothing_arrives_all_in_flight_are_lost_and_the_session_is_in_step_again() -> None:
    chip, line = session()
    pipe = Pipeline(chip, lambda: 100)
    pipe.send(ASK)
    pipe.send(OTHER)
    assert crcs(pipe, 2) == [None, None]
    assert (chip.lost, len(pipe)) == (2, 0)
    assert checks(line)
    assert chip.state.allows_keep_alive


def test_a_late_answer_in_flight_is_nudged_and_no_longer_than_its_nudge_awaited() -> None:
    chip, line = session(policy=HURRIES)
    pipe = Pipeline(chip, lambda: 100)
    pipe.send(ASK)
    assert crcs(pipe, 1) == [None]
    assert pipe.nudges == 1
    assert len(pipe) == 0, "the answer to the nudge is not handed out"
    assert line.now() < 0.1
    assert chip.lost == 1, "the nudge is not counted"


def test_a_late_answer_to_an_earlier_link_check_is_not_the_nudges() -> None:
    chip, line = session((0.08, crc_reply(7)), policy=HURRIES, checks=False)
    chip.send(link_check())
    line.script.append((0.055, LINKED))
    pipe = Pipeline(chip, lambda: 100)
    pipe.send(ASK)
    assert crcs(pipe, 1) == [7]


def test_each_answer_has_its_time_from_the_one_before() -> None:
    chip, _ = session((0.6, crc_reply(1)), (1.2, crc_reply(2)), (1.8, crc_reply(3)))
    pipe = Pipeline(chip, lambda: 100)
    for _ in range(3):
        pipe.send(ASK)
    assert crcs(pipe, 3) == [1, 2, 3]


def test_after_a_pause_an_answer_has_its_time_from_the_request() -> None:
    chip, line = session((0.01, crc_reply(1)), (0.6, crc_reply(2)))
    pipe = Pipeline(chip, lambda: 100)
    for answer in (1, 2):
        pipe.send(ASK)
        assert crcs(pipe, 1) == [answer]
        line.sleep(5)


def test_a_loader_that_must_not_be_nudged_is_not() -> None:
    chip, line = session((0.3, crc_reply(5)), policy=NEVER_NUDGED)
    pipe = Pipeline(chip, lambda: 100)
    pipe.send(ASK)
    assert crcs(pipe, 1) == [5]
    assert (pipe.nudges, checks(line)) == (0, [])


def test_an_answer_swallowed_by_a_torn_one_in_flight_is_found() -> None:
    torn = sector_reply(0x1000, DATA)[:40]
    chip, _ = session((0.01, torn), (0.02, crc_reply(9)))
    pipe = Pipeline(chip, lambda: 100)
    pipe.send(READ)
    pipe.send(ASK)
    assert pipe.receive().data is None
    assert crcs(pipe, 1) == [9]
    assert chip.lost == 1
