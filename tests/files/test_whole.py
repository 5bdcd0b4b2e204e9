"""Files that are whole or absent, also when two threads write the same one."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from bekenlab.files import lock, write_whole

if TYPE_CHECKING:
    from pathlib import Path


def test_two_threads_may_write_the_same_file(tmp_path: Path) -> None:
    path, problems = tmp_path / "list.json", list[OSError]()

    def write(letter: bytes) -> None:
        for _ in range(100):
            try:
                write_whole(path, letter * 10_000)
            except OSError as error:
                problems.append(error)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert path.read_bytes() in [letter * 10_000 for letter in (b"a", b"b", b"c")]
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_crashed_run_left_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    left = tmp_path / f".list.json.{os.getpid()}-{threading.get_ident()}.part"
    left.write_bytes(b"half")
    write_whole(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert not left.exists()


def test_a_locked_file_is_free_again_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with path.open("a") as first, path.open("a") as second:
        assert lock(first)
        assert not lock(second)
    with path.open("a") as third:
        assert lock(third)
