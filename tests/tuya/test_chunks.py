"""Chunks of a configuration in a log are joined where they overlap, in time in proportion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bekenlab.tuya.boot_log.text import Chunk, join_chunks
from growth import grows_linearly

# Characters that hold a whole pair with both its commas, wherever they begin.
ENOUGH = 24


def chunk(body: str, family: str = "pConfig") -> Chunk:
    return Chunk(family, 0, body, followed=False)


def bodies(*chunks: str) -> list[str]:
    return [each.body for each in join_chunks([chunk(body) for body in chunks])]


@given(st.integers(10, 60), st.lists(st.integers(1, 60), min_size=1))
def test_windows_over_a_text_are_the_text(count: int, steps: list[int]) -> None:
    """Each window begins before the last has ended, in the middle of a name or not."""
    text = ",".join(f"k{n}:{n * 7}" for n in range(count)) + ","
    begins = [0]
    for step in steps:
        at = begins[-1] + step
        begins.append(at + (text[at : at + 1] == ","))
    ends = [*(at + ENOUGH for at in begins[1:]), len(text)]
    windows = [text[at:end] for at, end in zip(begins, ends, strict=True) if text[at:end]]
    assert bodies(*windows)[0] == text[: max(ends[: len(windows)])]


def test_chunks_join_only_at_a_whole_pair_and_in_their_family() -> None:
    assert bodies("a:1,b:2,c:3", "1,b:2,c:3,d:4") == ["a:1,b:2,c:3,d:4"]
    assert bodies("a:1,b:2", "2,c:3") == ["a:1,b:2", "2,c:3"]
    others = [chunk("a:1,b:2,c:3"), chunk("1,b:2,c:3,d:4", "uf")]
    assert len(join_chunks(others)) == 2
    assert join_chunks([]) == []


def test_a_chunk_that_brings_nothing_new_still_says_how_it_ended() -> None:
    first = Chunk("f", 5, "a:1,b:2,c:3,", followed=False)
    again = Chunk("f", 9, "b:2,c:3,", followed=True)
    assert join_chunks([first, again]) == [Chunk("f", 5, "a:1,b:2,c:3,", followed=True)]


def test_thousands_of_chunks_take_time_in_proportion() -> None:
    def join(count: int) -> None:
        pairs = [f"k{n:07}:1" for n in range(count + 4)]
        made = bodies(*(",".join(pairs[at : at + 4]) for at in range(count)))
        assert len(made) == 1

    assert grows_linearly(join, 1000)
