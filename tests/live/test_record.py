"""Rings: bounded, read by many at their own pace."""

from bekenlab.live.record import MOST_PIECES, MOST_TEXT, LogTail, Ring


def test_a_reader_gets_what_is_new_and_is_told_what_it_missed() -> None:
    ring: Ring[int] = Ring(3)
    for number in range(5):
        ring.add(number)
    assert ring.since(0) == ((2, 3, 4), 2)
    assert ring.since(4) == ((4,), 0)
    assert ring.since(5) == ((), 0)


def test_a_ring_follows_another_over_a_gap() -> None:
    first: Ring[int] = Ring(3)
    second: Ring[int] = Ring(3)
    first.add(0)
    second.follow(first)
    for number in range(1, 9):
        first.add(number)
    second.follow(first)
    assert second.since(0) == first.since(0) == ((6, 7, 8), 6)
    assert second.end == first.end


def test_a_log_joins_what_one_port_says_until_it_is_flushed() -> None:
    log = LogTail()
    for text in ("re", "lay"):
        log.add(1.5, "uart2", text)
    log.add(1.6, "uart1", "x")
    assert log.since(0) == (log.since(0)[0], 0)
    log.flush()
    pieces, lost = log.since(0)
    assert [(piece.seconds, piece.port, piece.text) for piece in pieces] == [
        (1.5, "uart2", "relay"),
        (1.6, "uart1", "x"),
    ]
    assert lost == 0


def test_a_log_keeps_no_more_than_its_limits() -> None:
    log, copy = LogTail(), LogTail()
    for _ in range(3):
        log.add(0.0, "uart2", "x" * MOST_TEXT)
        log.flush()
        copy.follow(log)
    for each in (log, copy):
        pieces, lost = each.since(0)
        assert sum(len(piece.text) for piece in pieces) <= MOST_TEXT
        assert lost > 0
        assert each.end == lost + len(pieces)
    for number in range(MOST_PIECES + 5):
        log.add(0.0, "uart2", str(number))
        log.flush()
    assert len(log.since(0)[0]) == MOST_PIECES
