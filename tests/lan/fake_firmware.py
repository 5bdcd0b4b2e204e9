"""OpenBeken behind its web server, as the network sees it: settings, flash, commands, update.

A model of OpenBK7231T_App (``new_cfg.c``, ``cmd_main.c``, ``hal_ota_bk7231.c``, ``user_main.c``)
with what is wrong in it, written after its behaviour. Nothing here is nicer than the real one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.errors import BekenlabError
from bekenlab.image import ota, rbl
from bekenlab.openbeken.config import decode_config, new_config
from bekenlab.openbeken.flags import flags_from_number, flags_to_number
from bekenlab.openbeken.roles import roles
from bekenlab.openbeken.settings import PinSetting, setting_role_name

if TYPE_CHECKING:
    from collections.abc import Callable

MAC = bytes.fromhex("3c0b59a1b2c3")
BUILD = "Built on Aug  2 2026 19:38:07 version 1.18.300"
FLASH = 0x200000
PINS = 29
LFS_END = {"BK7231N": 0x1D0000, "BK7231T": 0x1B3000}
LFS_SIZE = 0x8000
LFS_MAGIC = b"\xf0\x0f\xff\xf7\0\0\0\0littlefs"
STARTUP_ROOM = 1568
TOKENIZER_ROOM = 512
OK, UNKNOWN, BAD, EMPTY = "OK", "Unknown command", "Bad argument", "Empty string"


class Firmware:
    """The device without its sockets.

    ``tick`` is one of its seconds; when it says so, whoever holds the sockets restarts it.
    """

    def __init__(self, chip: str = "BK7231N", *, flash: bytes | None = None) -> None:
        self.chip = chip_named(chip)
        self.flash = bytearray(flash or b"\xff" * FLASH)
        self.build = BUILD
        self.role_names = [" ", *(role.name for role in roles()[1:])]
        self.toggles = 0
        self.commands: list[str] = []
        self.boots = 0
        self.updates = 0
        if flash is None:
            config = new_config(chip=chip, unique=MAC[2:], pins=(), values={})
            self._store(self.chip.config_address, config.encode())
        self.start()
        self.uptime = 1000  # it has been running for a while

    # -- starting and stopping

    def start(self) -> None:
        self._unpack_update()
        place = self.chip.config_address
        try:
            self.config = decode_config(bytes(self.flash[place : place + SECTOR]), self.chip.name)
        except BekenlabError:
            self.config = new_config(chip=self.chip.name, unique=MAC[2:], pins=(), values={})
        self.uptime = 0
        self.pending = False
        self.ota_progress = -1
        self.sector: bytearray | None = None
        self.address = 0
        self.restarting = 0
        self.mounted = self._lfs().startswith(LFS_MAGIC)
        self.boots += 1

    def tick(self) -> bool:
        """A second passes; true when it restarts now."""
        self.uptime += 1
        if self.ota_progress == -1:
            self._save_if_pending()
        if self.restarting:
            self.restarting -= 1
            if not self.restarting:
                self._save_if_pending()
                return True
        return False

    def _save_if_pending(self) -> None:
        if self.pending:
            count = self.config.value("change_counter")
            assert isinstance(count, int)
            self.config = self.config.with_values({"change_counter": (count + 1) & 0xFFFF})
            self._store(self.chip.config_address, self.config.encode())
            self.pending = False

    def _unpack_update(self) -> None:
        """What the boot loader does: it checks the package itself, and clears the partition."""
        region = next(r for r in self.chip.flash_map if r.name == "download")
        data = bytes(self.flash[region.start : region.end])
        if rbl.parse_header(data[: rbl.HEADER_SIZE]) is None:
            return
        try:
            code = ota.unpack(data).code
        except BekenlabError:
            return
        found = re.search(rb"Built on [^\0]{5,60} version [^\0]{1,40}", code)
        self.build = found[0].decode() if found else self.build
        self.updates += 1
        self.flash[region.start : region.end] = b"\xff" * region.size

    # -- flash

    def _store(self, address: int, data: bytes) -> None:
        self.flash[address : address + len(data)] = data

    def open_write(self, address: int) -> None:
        if self.sector is not None:
            return  # "aborting OTS, sector already non-null": and the old address stays
        self.sector, self.address = bytearray(), address

    def write(self, data: bytes) -> None:
        assert self.sector is not None
        self.sector += data
        while len(self.sector) >= SECTOR:
            self._store(self.address, bytes(self.sector[:SECTOR]))
            del self.sector[:SECTOR]
            self.address += SECTOR
            self.ota_progress += SECTOR

    def close_write(self) -> None:
        assert self.sector is not None
        if self.sector:
            self._store(self.address, bytes(self.sector).ljust(SECTOR, b"\xff"))
            self.ota_progress += SECTOR
        self.sector = None

    def count_update(self) -> None:
        count = self.config.value("ota_counter")
        assert isinstance(count, int)
        self._change(ota_counter=count + 1)

    # -- file system

    @property
    def lfs_place(self) -> tuple[int, int]:
        size = self.config.value("lfs_size") or LFS_SIZE
        assert isinstance(size, int)
        end = LFS_END[self.chip.name]
        return end - size, end

    def _lfs(self) -> bytes:
        start, end = self.lfs_place
        return bytes(self.flash[start:end])

    def put_files(self, files: dict[str, str]) -> None:
        start, end = self.lfs_place
        image = LFS_MAGIC + json.dumps(files).encode() + b"\0"
        self._store(start, image.ljust(end - start, b"\xff"))
        self.mounted = True

    def files(self) -> dict[str, str] | None:
        if not self.mounted:
            return None
        found: dict[str, str] = json.loads(self._lfs()[len(LFS_MAGIC) :].partition(b"\0")[0])
        return found

    def mount(self) -> None:
        self.mounted = self._lfs().startswith(LFS_MAGIC)

    # -- settings

    def _change(self, **values: Any) -> None:
        self.config = self.config.with_values(values)
        self.pending = True

    def columns(self) -> tuple[list[int], list[int], list[int]]:
        names = ("pin_roles", "pin_channels", "pin_channels2")
        found = []
        for name in names:
            value = self.config.value(name)
            assert isinstance(value, tuple)
            found.append([int(each) for each in value[:PINS]])
        return found[0], found[1], found[2]

    def set_pin(
        self,
        gpio: int,
        *,
        role: int | None = None,
        channel: int | None = None,
        channel2: int | None = None,
    ) -> None:
        if not 0 <= gpio < PINS:
            return  # logged, and answered with OK
        now = [column[gpio] for column in self.columns()]
        wanted = [
            old if new is None else new
            for old, new in zip(now, (role, channel, channel2), strict=True)
        ]
        name = setting_role_name(wanted[0])
        self.config = self.config.with_pins([PinSetting(gpio, name, wanted[1], wanted[2])])
        self.pending = True

    def set_startup(self, text: str) -> None:
        raw = text.encode()[: STARTUP_ROOM - 1]
        self._change(startup_command=raw.decode("utf-8", "ignore"))

    # -- commands

    def run(self, line: str) -> str:
        """Run a command line; what its result is called."""
        line = line.strip()
        if not line:
            return EMPTY
        self.commands.append(line)
        name, _, arguments = line.partition(" ")
        command = self._commands().get(name.lower()) or self._commands().get(
            name.lower().rstrip("0123456789")
        )
        return command(arguments.strip()) if command else UNKNOWN

    def _commands(self) -> dict[str, Callable[[str], str]]:
        return {
            "backlog": self._backlog,
            "setpinrole": self._set_pin_role,
            "setpinchannel": self._set_pin_channel,
            "setchannel": lambda _: OK,
            "flags": self._flags,
            "startupcommand": self._startup,
            "power": self._power,
            "status": lambda _: OK,
            "restart": self._restart,
            "shortname": lambda text: self._set("short_name", text),
            "clearconfig": self._clear,
        }

    def _backlog(self, text: str) -> str:
        for part in text.split(";"):
            self.run(part)
        return OK  # whatever became of its parts

    def _set_pin_role(self, text: str) -> str:
        words = text.split()
        if len(words) < 2:
            return BAD
        names = [name.lower() for name in self.role_names]
        wanted = words[1].lower()
        if wanted != "none" and wanted not in names:
            return BAD
        self.set_pin(int(words[0]), role=0 if wanted == "none" else names.index(wanted))
        return OK

    def _set_pin_channel(self, text: str) -> str:
        words = [int(word) for word in text.split()]
        if len(words) < 2:
            return BAD
        second = words[2] if len(words) > 2 else None
        self.set_pin(words[0], channel=words[1], channel2=second)
        return OK

    def _flags(self, text: str) -> str:
        if not re.match(r"-?\d", text):
            return BAD
        self._change(flags=flags_from_number(int(text.split()[0])))
        return OK

    def _startup(self, text: str) -> str:
        """The tokenizer's: up to the next quote, and no more than its buffer."""
        text = text[: TOKENIZER_ROOM - 1]
        inner = text[1:].partition('"')[0] if text.startswith('"') else text.partition(" ")[0]
        self.set_startup(inner)
        return OK

    def _power(self, text: str) -> str:
        self.toggles += "toggle" in text.lower()
        return OK

    def _restart(self, _: str) -> str:
        self.restarting = 3
        return OK

    def _clear(self, _: str) -> str:
        self.config = new_config(chip=self.chip.name, unique=MAC[2:], pins=(), values={})
        self.pending = True
        return OK

    def _set(self, field: str, text: str) -> str:
        self._change(**{field: text})
        return OK

    @property
    def low_flags(self) -> int:
        """As ``%ld`` prints the lower 32 of them."""
        flags = self.config.value("flags")
        assert isinstance(flags, frozenset)
        low = flags_to_number(flags) & 0xFFFFFFFF
        return low - (1 << 32) if low >> 31 else low

    def text(self, field: str) -> str:
        return str(self.config.value(field))
