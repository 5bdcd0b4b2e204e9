"""Whole and partial images: real dumps against what is known of them, synthetic ones otherwise."""

import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chip_files
from bekenlab.image import cipher, framing, partitions, rbl, read_image
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey
from bekenlab.image.fnv import fnv1a
from image.code import arm_code
from shared import dump, dump_names, expected

KEY = CodeKey((1, 2, 3, 0x12345600))


def trailer_named(name: str) -> rbl.RblHeader:
    return rbl.RblHeader(0, 0, name, "1.0", "0", 1, 1, 0x1000, 0x1010)


def flash(key: CodeKey = TUYA_KEY, *, after_ota: bool = False, app_size: int = 0x40000) -> bytes:
    """1 MiB: a boot loader with its table, an app with its trailer, both encrypted."""
    table = [
        partitions.FalRecord("bootloader", "beken_onchip_crc", 0, 0x10000),
        partitions.FalRecord("app", "beken_onchip_crc", 0x10000, app_size),
        partitions.FalRecord("download", "beken_onchip", 0x60000, 0x20000),
    ]
    loader_code = cipher.apply(arm_code(0x2000, 1), 0, key)
    loader_code += b"".join(record.encode() for record in table)
    app_plain = arm_code(0x9000, 2)
    data = bytearray(b"\xff" * (1 << 20))
    app_stored = cipher.apply(app_plain, 0x10000, key)
    parts = (
        (0, 0x11000, "bootloader", loader_code, loader_code),
        (0x11000, 0x55000, "app", app_stored, app_plain),
    )
    for start, end, name, stored, plain in parts:
        crc = 1 if after_ota and name == "app" else zlib.crc32(stored + b"\x10" * 16)
        header = rbl.RblHeader(
            0, 0, name, "1.0", "0", crc, fnv1a(plain), len(stored), len(stored) + 16
        )
        framed = framing.add(stored)
        data[start : start + len(framed)] = framed
        data[end - 102 : end] = framing.add(header.encode())
    return bytes(data)


def test_a_whole_flash() -> None:
    image = read_image(flash())
    assert (image.rotation, image.start, image.encryption.state) == (0, 0, "tuya")
    assert image.app[:0x9000] == arm_code(0x9000, 2)
    assert [(p.name, p.start, p.end) for p in image.partitions] == [
        ("bootloader", 0, 0x11000),
        ("app", 0x11000, 0x55000),
        ("download", 0x60000, 0x80000),
    ]
    app = image.partition("app")
    assert app
    assert app.container
    assert (app.container.ok, app.container.proof) == (True, "crc32")
    assert image.notices == ()


def test_after_an_ota_only_the_hash_of_the_plain_code_proves_the_app() -> None:
    app = read_image(flash(after_ota=True)).partition("app")
    assert app
    assert app.container
    assert (app.container.ok, app.container.proof) == (True, "fnv1a")


def test_an_unknown_key_is_recovered_and_proven_by_the_hash() -> None:
    image = read_image(flash(KEY, after_ota=True))
    app = image.partition("app")
    assert image.encryption.state == "recovered"
    assert app
    assert app.container
    assert app.container.proof == "fnv1a"


@pytest.mark.parametrize("loader_trailer", [True, False])
def test_a_rotated_dump_is_rotated_back(loader_trailer: bool) -> None:
    whole = bytearray(flash())
    if not loader_trailer:
        whole[0x10F9A:0x11000] = b"\xff" * 102
    image = read_image(bytes(whole[0x11000:] + whole[:0x11000]))
    assert image.rotation == 0x11000
    assert image.physical == whole
    assert image.notices[0].code == "rotated-dump"


def test_a_rotated_dump_under_an_unknown_key_is_rotated_back() -> None:
    whole = flash(KEY)
    image = read_image(whole[0x11000:] + whole[:0x11000])
    assert (image.rotation, image.physical) == (0x11000, whole)
    assert image.encryption.state == "recovered"


def test_an_app_alone_knows_where_it_belongs() -> None:
    image = read_image(flash()[0x11000:0x55000])
    assert (image.start, image.logical_start) == (0x11000, 0x10000)
    assert image.app[:0x9000] == arm_code(0x9000, 2)
    assert [(p.name, p.start, p.end) for p in image.partitions] == [("app", 0x11000, 0x55000)]
    assert image.partitions[0].container
    assert image.partitions[0].container.ok
    assert image.read(0x11000, 0x11004) == image.physical[:4]


def test_an_app_whose_boot_loader_was_erased_is_found_where_it_lies() -> None:
    image = read_image(b"\xff" * 0x11000 + flash()[0x11000:])
    assert (image.start, image.loader) == (0, None)
    assert [(p.name, p.start, p.end) for p in image.partitions] == [("app", 0x11000, 0x55000)]


def test_code_is_read_across_what_lies_between_boot_loader_and_app() -> None:
    data = bytearray(flash())
    data[0x8000:0x10000] = bytes(0x8000)
    assert read_image(bytes(data)).app[:0x9000] == arm_code(0x9000, 2)


def test_the_trailer_of_an_older_shorter_application_is_no_second_one() -> None:
    data = bytearray(flash())
    at = 0x30000 // 34 * 34
    data[at : at + 102] = data[0x55000 - 102 : 0x55000]
    parts = read_image(bytes(data[0x11000:0x55000])).partitions
    assert [(part.name, part.end) for part in parts] == [("app", 0x55000)]


def test_a_trailer_without_code_is_no_application() -> None:
    image = read_image(flash()[0x55000 - 102 : 0x55000])
    assert (image.spans, image.partitions) == ((), ())


def test_a_flipped_bit_is_reported_by_address_and_the_rest_still_reads() -> None:
    data = bytearray(flash())
    data[0x12345] ^= 4
    image = read_image(bytes(data))
    notice, mismatch = image.notices
    assert (notice.code, mismatch.code) == ("bad-crc", "container-mismatch")
    assert hex(0x11000 + (0x12345 - 0x11000) // 34 * 34) in notice.message
    app = image.partition("app")
    assert app
    assert app.container
    assert not app.container.ok


@pytest.mark.parametrize("bad", [0, 3])
def test_leftovers_behind_a_verified_app_are_not_called_damage(bad: int) -> None:
    data = bytearray(flash(after_ota=True))
    old = 0x11000 + framing.to_physical(0x9000)
    data[old : old + 34 * 20] = framing.add(random.Random(5).randbytes(32 * 20))
    data[old + 34 * bad] ^= 1
    assert read_image(bytes(data)).notices == ()


def test_a_wrong_crc_is_reported_even_where_the_code_it_protects_is_verified() -> None:
    """The chip does not run a block whose CRC is wrong, whatever its 32 bytes are."""
    data = bytearray(flash())
    last = 0x11000 + framing.to_physical(0x9000) - 34
    data[last + 33] ^= 1
    image = read_image(bytes(data))
    app = image.partition("app")
    assert app
    assert app.container
    assert app.container.ok
    assert [(n.code, hex(last) in n.message) for n in image.notices] == [("bad-crc", True)]


@settings(max_examples=60)
@given(st.data())
def test_any_bytes_and_any_damage_give_an_image(data: st.DataObject) -> None:
    raw = data.draw(st.one_of(st.binary(max_size=500), st.just(flash()[:0x12000])))
    damaged = bytearray(raw)
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, max(len(raw) - 1, 0)), st.integers(0, 255)), max_size=8)
    ):
        damaged[place : place + 1] = bytes([value])
    cut = data.draw(st.integers(0, len(damaged)))
    image = read_image(bytes(damaged[cut:]))
    assert len(image.physical) == len(damaged) - cut


@pytest.mark.parametrize("name", dump_names())
def test_real_dumps(name: str) -> None:
    facts = expected(name)["image"]
    image = read_image(dump(name))
    assert len(image.physical) == facts["size"]
    if "app_crc_ok" not in facts or not image.spans:
        assert name == "bk7231t-tuyaconfig-pc44ha" or not facts.get("app_crc_ok")
        return
    plain = facts["app_dec"] if image.encryption.state == "tuya" else facts["app_enc"]
    if not image.rotation:
        assert image.app[:8].hex() == plain
        assert image.loader
        assert f"0x{image.loader.crc32:08x}" in (facts["crc256"], facts["crc257"])
        assert image.encryption.state == "tuya" or facts["app_enc"].endswith("14f09fe5")
    for header in facts["rbl"]:
        wanted = (int(header["off"], 16) + image.rotation) % facts["size"]
        part = next(p for p in image.partitions if p.start <= wanted < p.end)
        assert part.container
        assert part.container.ok
        assert part.container.header.version == header["ver"]
        assert f"0x{part.container.header.raw_fnv1a:x}" == header["hash"]
    assert image.notices == () or image.rotation


@pytest.mark.parametrize("before", [b"header of a reader", b"\x55" * 0x1000])
def test_bytes_before_the_boot_loader_are_left_out(before: bytes) -> None:
    image = read_image(before + flash())
    assert image.physical == flash()
    assert image.notices[0].code == "leading-bytes"


def test_a_flash_read_beyond_its_end_is_taken_once() -> None:
    two = flash() + random.Random(6).randbytes(1 << 20)
    image = read_image(two * 4)
    assert image.physical == two
    assert image.notices[0].code == "repeated-dump"


@pytest.mark.parametrize("mib", [2, 3])
def test_halves_that_are_equal_are_no_copies_where_no_flash_is_that_small(mib: int) -> None:
    """A blank flash; and a file that is no flash at all."""
    image = read_image(b"\xff" * (mib << 20))
    assert len(image.physical) == mib << 20
    assert image.notices == ()


@pytest.mark.parametrize("size", [2, 4])
def test_a_large_flash_that_does_not_repeat_stays_whole(size: int) -> None:
    whole = flash() + random.Random(7).randbytes((size - 1) << 20)
    image = read_image(whole)
    assert image.physical == whole
    assert image.notices == ()


@pytest.mark.parametrize("at", [0x55000, 0x60000 // 34 * 34 + 34])
def test_framed_remains_of_an_update_behind_the_application_are_no_code(at: int) -> None:
    data = bytearray(flash())
    data[0x54000:0x55000] = bytes(0x1000)
    rest = framing.add(random.Random(8).randbytes(32 * 100))
    before = read_image(bytes(data))
    data[at : at + len(rest)] = rest
    image = read_image(bytes(data))
    assert image.logical == before.logical
    assert image.spans == before.spans
    # Without a table nothing says where code ends: only the first stretch is taken for it.
    alone = read_image(bytes(data[0x11000:]))
    assert len(alone.spans) == 1


@pytest.mark.parametrize("bad", [0x400, 0x500])
@pytest.mark.parametrize("app_size", [0x40000, 0x40010])
def test_code_that_runs_on_into_the_next_partition_ends_with_its_own(
    app_size: int, bad: int
) -> None:
    """Whole frames only: at the end of the last framed partition, not at that of the stretch."""
    data = bytearray(flash(app_size=app_size))
    code = framing.add(random.Random(9).randbytes(32 * 0x800))
    begin = 0x55000 - 34 * 0x400
    data[begin : begin + len(code)] = code
    data[begin + 34 * bad] ^= 1  # behind the application: not its damage
    image = read_image(bytes(data))
    assert image.spans[-1].end == 0x55000
    assert all(offset < 0x55000 for span in image.spans for offset in span.bad)
    assert "bad-crc" not in [notice.code for notice in image.notices]


def test_a_flipped_bit_behind_content_that_does_not_verify_is_reported() -> None:
    """What lies there may be the application's own: nothing proves that it ends before."""
    data = bytearray(flash(after_ota=True))
    data[0x12345] ^= 4
    old = 0x11000 + framing.to_physical(0x9000) + 34
    data[old : old + 34 * 20] = framing.add(random.Random(5).randbytes(32 * 20))
    data[old + 34 * 3] ^= 1
    notice = next(n for n in read_image(bytes(data)).notices if n.code == "bad-crc")
    assert f"0x{old + 34 * 3 - (old - 0x11000) % 34:x}" in notice.message
    assert notice.message.startswith("2 code blocks of 32 bytes fail their CRC, ")


@pytest.mark.parametrize("at", [0x8000, 0x11000 - 34, 0x55000 - 34, 0x70000])
def test_a_trailer_of_the_same_name_elsewhere_proves_nothing(at: int) -> None:
    data = bytearray(flash())
    trailer = data[0x55000 - 102 : 0x55000]
    data[0x55000 - 102 : 0x55000] = b"\xff" * 102
    at = at // 34 * 34
    data[at : at + 102] = trailer
    app = read_image(bytes(data)).partition("app")
    assert app
    assert app.container is None


def test_what_is_no_trailer_of_this_partition_proves_nothing() -> None:
    package = chip_files.ota_package()
    for other in (framing.add(trailer_named("download").encode()), package):
        data = bytearray(flash())
        data[0x55000 - 102 : 0x55000] = b"\xff" * 102
        at = 0x54000 // 34 * 34
        data[at : at + len(other)] = other
        app = read_image(bytes(data)).partition("app")
        assert app
        assert app.container is None


def test_without_a_trailer_code_ends_with_its_last_block() -> None:
    data = bytearray(flash())
    data[0x55000 - 102 : 0x55000] = b"\xff" * 102
    image = read_image(bytes(data))
    assert image.app == arm_code(0x9000, 2)
    assert image.notices == ()


def test_a_trailer_that_promises_more_than_there_is_does_not_verify() -> None:
    """Even if what is there has the hash it promises."""
    data = bytearray(flash(after_ota=True))
    stored = framing.strip(bytes(data[0x11000 : 0x55000 - 102]))
    there = fnv1a(cipher.apply(stored, 0x10000, TUYA_KEY))
    size = len(stored) + 32
    header = rbl.RblHeader(0, 0, "app", "1.0", "0", 1, there, size, size)
    data[0x55000 - 102 : 0x55000] = framing.add(header.encode())
    app = read_image(bytes(data)).partition("app")
    assert app
    assert app.container
    assert (app.container.ok, app.container.proof) == (False, "none")


def test_a_cut_dump_says_where_it_ends() -> None:
    (notice,) = read_image(flash()[:0x14000]).notices
    assert notice.code == "truncated-dump"
    assert "0x14000" in notice.message


def test_a_file_that_ends_behind_the_code_lacks_nothing() -> None:
    data = bytearray(flash())
    trailer = data[0x55000 - 102 : 0x55000]
    at = 0x40000 // 34 * 34
    data[at : at + 102] = trailer
    assert read_image(bytes(data[:0x50000])).notices == (), "the application is verified"
    assert read_image(bytes(data[:0x70000])).notices == (), "the download area holds no code"


def test_a_loader_of_60_kib_rotates_as_well() -> None:
    whole = bytearray(flash())
    trailer = whole[0x10F9A:0x11000]
    whole[0x10F9A:0x11000] = b"\xff" * 102
    whole[0xFE9A:0xFF00] = trailer
    assert read_image(bytes(whole)).rotation == 0
    assert read_image(bytes(whole[0x11000:] + whole[:0x11000])).physical == whole


def test_an_update_that_waits_in_the_download_partition_is_checked() -> None:
    package = chip_files.ota_package()
    data = bytearray(flash())
    data[0x60000 : 0x60000 + len(package)] = package
    waiting = read_image(bytes(data)).partition("download")
    assert waiting
    assert waiting.container
    assert (waiting.container.ok, waiting.container.proof) == (True, "fnv1a")
    data[0x60000 + 200] ^= 1
    image = read_image(bytes(data))
    waiting = image.partition("download")
    assert waiting
    assert waiting.container
    assert not waiting.container.ok
    assert [notice.code for notice in image.notices] == ["container-mismatch"]


def test_an_update_is_found_without_a_table() -> None:
    package = chip_files.ota_package()
    data = bytearray(flash())
    data[0x60000 : 0x60000 + len(package)] = package
    for image in (read_image(bytes(data[0x11000:])), read_image(b"\xff" * 0x60000 + package)):
        (waiting,) = (part for part in image.partitions if part.name == "ota package")
        assert (waiting.start, waiting.end) == (0x60000, 0x60000 + len(package))
        assert waiting.container
        assert waiting.container.ok


def test_an_old_update_further_on_is_not_taken_for_the_one_that_waits() -> None:
    package = chip_files.ota_package()
    data = bytearray(flash())
    data[0x61000 : 0x61000 + len(package)] = package
    image = read_image(bytes(data))
    waiting = image.partition("download")
    assert waiting
    assert waiting.container is None
    assert image.notices == ()


def test_an_applications_trailer_does_not_make_a_boot_loader_of_its_code() -> None:
    """Not even where its code covers the place from which a loader would end with it."""
    data = bytearray(flash())
    data[0x10F9A:0x11000] = b"\xff" * 102
    code = framing.add(cipher.apply(arm_code(0x8000, 3), 0x40000, TUYA_KEY))
    data[0x44000 : 0x44000 + len(code)] = code
    image = read_image(bytes(data))
    assert (image.rotation, image.physical) == (0, bytes(data))


def test_an_application_before_a_damaged_boot_loader_knows_where_it_belongs() -> None:
    """Unencrypted code looks the same anywhere, and a loader's trailer may be a leftover."""
    whole = bytearray(flash(PLAIN_KEY))
    whole[:34] = bytes(34)
    assert read_image(bytes(whole[0x11000:0x60000] + whole[:0x11000])).start == 0x11000
