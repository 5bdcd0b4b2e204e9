"""Files and folders as bytes: packed, damaged, hostile, and in what order."""

import gzip
import io
import lzma
import os
import random
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bekenlab.analysis.inputs import MAX_SIZE, expand, load
from bekenlab.errors import (
    BekenlabError,
    CorruptInputError,
    FileAccessError,
    TooLargeError,
)

DATA = b"flash" * 1000 + random.Random(5).randbytes(5000)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def write(folder: Path, name: str, content: bytes = DATA) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.data for file in load(path)}


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "xz": lzma.compress,
    "gz": gzip.compress,
    **{f"zip {m}": lambda data, m=m: zipped({"a.bin": data}, m) for m in METHODS},  # type: ignore[misc]
}


@pytest.mark.parametrize("kind", PACKERS)
def test_a_packed_file_is_unpacked_whatever_it_is_called(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, "my dump", PACKERS[kind](DATA))
    assert contents(path) == {"my dump": DATA}


def test_other_files_are_read_as_they_are(tmp_path: Path) -> None:
    assert contents(write(tmp_path, "a.xz")) == {"a.xz": DATA}
    assert contents(write(tmp_path, "empty.bin", b"")) == {"empty.bin": b""}


def test_several_members_are_named_and_junk_is_left_out(tmp_path: Path) -> None:
    members = {
        "one.bin": b"1",
        "sub/two.BIN": b"2",
        "sub/conf.txt": b"{}",
        "readme.md": b"x",
        "__MACOSX/._one.bin": b"x",
        "sub/.hidden.bin": b"x",
        "inner.zip": zipped({"three.bin": b"3"}),
        "folder.bin/": b"",
    }
    assert contents(write(tmp_path, "a.zip", zipped(members))) == {
        "one.bin": b"1",
        "two.BIN": b"2",
        "conf.txt": b"{}",
    }


@pytest.mark.parametrize("members", [{}, {"a.md": b"x"}, {"in.zip": zipped({"a.bin": b""})}])
def test_a_zip_without_a_dump_says_so(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(CorruptInputError, match=r"a\.zip holds no dump"):
        load(write(tmp_path, "a.zip", zipped(members)))


def test_an_encrypted_zip_is_an_error_that_names_it(tmp_path: Path) -> None:
    raw = bytearray(zipped({"a.bin": DATA}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(CorruptInputError, match=r"a\.zip .*password"):
        load(write(tmp_path, "a.zip", bytes(raw)))


@pytest.mark.parametrize("kind", PACKERS)
def test_a_truncated_archive_is_damaged(tmp_path: Path, kind: str) -> None:
    packed = PACKERS[kind](DATA)
    for size in (12, len(packed) // 2, len(packed) - 1):
        with pytest.raises(CorruptInputError) as caught:
            load(write(tmp_path, "a", packed[:size]))
        assert caught.value.message.startswith("a is packed, but damaged")
        assert caught.value.hint


@pytest.mark.parametrize("kind", PACKERS)
def test_a_flipped_bit_is_damage_or_harmless_never_other_bytes(tmp_path: Path, kind: str) -> None:
    packed = PACKERS[kind](DATA)
    chance = random.Random(kind)
    outcomes = []
    for _ in range(150):
        flipped = bytearray(packed)
        place = chance.choice([chance.randrange(6, len(packed)), -1 - chance.randrange(90)])
        flipped[place] ^= 1 << chance.randrange(8)
        outcomes.append(outcome(write(tmp_path, "a", bytes(flipped))))
    assert set(outcomes) <= {DATA, CorruptInputError, TooLargeError}
    assert outcomes.count(CorruptInputError) > 50


def outcome(path: Path) -> bytes | type[BekenlabError]:
    """The bytes of the one file in it, or the kind of error."""
    try:
        [file] = load(path)
    except BekenlabError as error:
        return type(error)
    return file.data


def test_a_file_larger_than_any_flash_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path, "huge.bin", b"")
    os.truncate(path, 1 << 30)
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match=r"huge\.bin is 1,073,741,824 bytes"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_the_largest_size_is_still_read(tmp_path: Path) -> None:
    path = write(tmp_path, "big.bin", b"")
    os.truncate(path, MAX_SIZE)
    assert len(load(path)[0].data) == MAX_SIZE
    os.truncate(path, MAX_SIZE + 1)
    with pytest.raises(TooLargeError):
        load(path)


BOMB = 128 << 20


def _bomb_of_members() -> bytes:
    return zipped({f"{i}.bin": bytes(MAX_SIZE) for i in range(5)})


BOMBS: dict[str, Callable[[], bytes]] = {
    "zip": lambda: zipped({"a.bin": bytes(BOMB)}),
    "zip of many": _bomb_of_members,
    "gz": lambda: gzip.compress(bytes(BOMB), 1),
    "xz": lambda: lzma.compress(bytes(BOMB), preset=0),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_costs_bounded_memory(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, "bomb", BOMBS[kind]())
    assert path.stat().st_size < MAX_SIZE
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match="unpacks to more than"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < (
            200 << 20 if kind == "zip of many" else 80 << 20
        )
    finally:
        tracemalloc.stop()


def test_a_zip_of_thousands_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a.zip", zipped({f"{i}.bin": b"x" for i in range(300)}))
    with pytest.raises(TooLargeError, match="300 files"):
        load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for act in (lambda path: expand([path]), load):
        with pytest.raises(FileAccessError, match=r"gone\.bin") as caught:
            act(tmp_path / "gone.bin")
        assert caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a.bin")
    path.chmod(0)
    with pytest.raises(FileAccessError, match=r"a\.bin cannot be read: permission denied"):
        load(path)


def test_a_read_that_fails_is_a_file_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a.bin")

    def fail(*args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(FileAccessError, match=r"a\.bin cannot be read: permission denied"):
        load(path)


@pytest.fixture
def bounded_memory() -> Iterator[None]:
    """A gibibyte more than now: who reads an endless file fails before the computer does."""
    if sys.platform != "linux":
        yield
        return
    import resource

    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30), limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, limits)


@pytest.mark.usefixtures("bounded_memory")
def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.bin")
    for path in (tmp_path, tmp_path / "pipe.bin", Path("/dev/zero")):
        with pytest.raises(FileAccessError, match="not a regular file"):
            load(path)


def test_a_name_no_system_can_have_is_an_error_not_a_crash() -> None:
    for name in ("x" * 5000, "a\0b"):
        with pytest.raises(FileAccessError):
            expand([Path(name)])


def test_a_folder_gives_its_dumps_in_order_at_any_depth(tmp_path: Path) -> None:
    wanted = ["a.bin", "b/c.BIN", "b/d/e.xz", "b/f.json", "z.zip"]
    for name in reversed(wanted):
        write(tmp_path, name, b"{rl1_pin:6}")
    for name in ("notes.md", ".hidden.bin", "b/notes.txt", "b/package.json", "noending"):
        write(tmp_path, name, b"{}")
    os.mkfifo(tmp_path / "pipe.bin")
    assert [str(path.relative_to(tmp_path)) for path in expand([tmp_path])] == wanted


def test_files_named_outright_are_kept_whatever_they_are(tmp_path: Path) -> None:
    odd = [write(tmp_path, name, b"x") for name in ("noending", ".hidden.bin", "notes.txt")]
    assert expand(odd) == tuple(odd)


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    first, second = write(tmp_path, "a.bin"), write(tmp_path, "b.bin")
    assert expand([second, tmp_path, first, second]) == (second, first)


@pytest.mark.parametrize("names", [(), ("readme.md", ".git/x.md", "notes.txt")])
def test_a_folder_without_dumps_says_what_was_looked_for(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    for name in names:
        write(tmp_path, name, b"nothing")
    with pytest.raises(FileAccessError, match="holds no dumps") as caught:
        expand([tmp_path])
    assert ".bin" in caught.value.hint


def test_hidden_folders_and_rubbish_of_macos_are_not_searched(tmp_path: Path) -> None:
    kept = write(tmp_path, "a.bin")
    write(tmp_path, ".trash/b.bin")
    write(tmp_path, "__MACOSX/c.bin")
    assert expand([tmp_path]) == (kept,)
