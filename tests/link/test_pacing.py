"""A served chip's time must not run away while a program is still writing its request."""

from bekenlab.link.serve.pacing import Pacer
from bekenlab.machine.rom import RomChip
from rom_host import long, short, u32


def test_the_rest_of_a_request_is_awaited_in_real_time() -> None:
    chip = RomChip("BK7231N", b"\xff" * 0x10000)
    real = 0.0
    pacer = Pacer(chip, paced=False, monotonic=lambda: real)

    def ask(data: bytes) -> bytes:
        nonlocal real
        pacer.feed(data, 115_200)
        heard = b""
        for _ in range(40):
            real += 0.001
            heard += b"".join(sent.data for sent in pacer.run())
        return heard

    ask(short(0))  # too early: the ROM has not started
    assert ask(short(0)) == bytes.fromhex("040e0501e0fc0100")
    assert ask(long(0x0D, b"\x01\0\0"))[10] == 0
    request = long(7, u32(0) + bytes(4096))
    assert ask(request[:4000]) == b""
    assert ask(request[4000:])[7:11] == bytes.fromhex("06000700")
    assert chip.flash[:4096] == bytes(4096)
