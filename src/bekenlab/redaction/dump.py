"""Removes the secrets from flash bytes: first where they are known to be, then everywhere else.

Every place whose format is known is read first, and the secrets in it are replaced: storage,
protected blocks, PSM, the fast connect record, RF data, OpenBeken's settings, text after known
names. Then all layers of the file are searched for every spelling of every secret found. Code is
never changed: whatever also occurs there is not a secret of this device.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.image import rf
from bekenlab.openbeken.config_secrets import find_config_sectors, mend_config_sector
from bekenlab.openbeken.easyflash import find_records, mend_record, record_spans
from bekenlab.redaction.forms import replaced
from bekenlab.redaction.parameters import PARAMETERS, without_secrets
from bekenlab.redaction.placeholders import FoundSecret, FoundSecrets
from bekenlab.redaction.search import MIN_ANYWHERE, Spelling, spellings
from bekenlab.redaction.texts import lone_token_spans
from bekenlab.redaction.views import Range, code_ranges, decoders, overlaps, patch, without
from bekenlab.secrecy.span import SecretSpan
from bekenlab.secrecy.text import byte_spans
from bekenlab.tuya.fast_connect import find_fast_connect, masked
from bekenlab.tuya.oem_cfg import find_oem_cfg
from bekenlab.tuya.protected_edit import ProtectedEditor, open_protected
from bekenlab.tuya.psm_edit import PsmEditor, open_psm
from bekenlab.tuya.secret_fields import secret_spans
from bekenlab.tuya.storage.edit import StorageEditor, open_storages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bekenlab.image import Image

# A longer secret that also occurs in the code is no coincidence, so the proof must fail.
MAX_COMMON = 15
# In unknown firmware, only values up to this length count as part of the code.
MAX_COINCIDENCE = 5
_MAX_PASSES = 5
_WPA_ROUNDS = 4096
_WPA_BYTES = 32


@dataclass(slots=True)
class DumpRedactor:
    """One run over one dump.

    Attributes:
        image: The original dump.
        phase: Offset of its first sector, 0..4095.
        unknown: Whether it is unknown how its firmware stores data; then everything that looks
            like a key, an id or a token is treated as one.
        data: Its physical bytes, changed in place.
        secrets: The secrets found.
        counts: How often something was replaced, by (kind, place).
        erased: Pages of storage that were erased.
        common: Secrets that also occur in the firmware's code or in the pin configuration; they are
            replaced where they are stored, and searched for nowhere else.
        keys: Data keys of the storages found.
        derived: Keys that Wi-Fi derives from a name and a password; searched for whether or not
            they are stored.
    """

    image: Image
    phase: int
    unknown: bool
    data: bytearray = field(init=False)
    secrets: FoundSecrets = field(default_factory=FoundSecrets)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    erased: int = 0
    common: tuple[FoundSecret, ...] = ()
    keys: tuple[bytes, ...] = ()
    derived: set[bytes] = field(default_factory=set)
    _code: tuple[Range, ...] = ()
    _storages: tuple[StorageEditor, ...] = ()
    _protected: tuple[ProtectedEditor, ...] = ()
    _psm: PsmEditor | None = None
    _parameters: bytes = b""
    _networks: list[tuple[bytes, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.data = bytearray(self.image.physical)
        self._code = code_ranges(self.image)

    def run(self) -> None:
        """Redact the dump; afterwards ``data`` holds it without its secrets.

        Erasing part of a damaged storage can uncover an older copy, so passes are repeated until
        nothing changes any more.
        """
        for _ in range(_MAX_PASSES):
            before = bytes(self.data)
            self._pass()
            if self.data == before:
                return

    def _pass(self) -> None:
        self._storages = open_storages(self.data)
        self._protected = open_protected(self.data, self.phase)
        self._psm = None if self._storages else open_psm(self.data)
        self.keys = tuple(
            dict.fromkeys(
                [*self.keys, *(s.key for s in self._storages), *(p.key for p in self._protected)]
            )
        )
        records = find_records(bytes(self.data))
        loader = self.image.loader.known if self.image.loader else None
        configs = find_config_sectors(bytes(self.data), loader.chip if loader else None)
        self._known_values()
        read = self._known_places(span for config in configs for span in config.spans)
        for record in records:
            if not overlaps(self._code, record.offset, record.end):
                read += [record.name] if record.ok else []
                for span in record_spans(self.data, record):
                    self._span(self.data, span, "EasyFlash")
                    read.append((span.start, span.end))
        self._plain_texts(read)
        self._derive_wifi_keys()
        self._everywhere()
        for record in records:
            mend_record(self.data, record)
        for config in configs:
            mend_config_sector(self.data, config)

    def searched(self) -> tuple[FoundSecret, ...]:
        """Return the secrets that the whole file is searched for."""
        common = {secret.value for secret in self.common}
        return tuple(
            secret for secret in self.secrets.by_value.values() if secret.value not in common
        )

    # --- places of a known format --------------------------------------------------------------

    def _known_values(self) -> None:
        """Storage, protected blocks, PSM."""
        for storage in self._storages:
            for value in storage.values:
                if value.ok:
                    content = self._value(value.name, storage.current(value), "storage")
                    storage.replace(value, content)
                if value.name in PARAMETERS:
                    self._parameters += storage.current(value)
            self.erased += storage.erase_unused()
        for block in self._protected:
            place = f"protected block {block.offset + self.image.start:#x}"
            for name, start, end in block.records():
                block.body[start:end] = self._value(name, bytes(block.body[start:end]), place)
                if name in PARAMETERS:
                    self._parameters += block.body[start:end]
            self.erased += block.erase_unused()
        if self._psm:
            self._psm_values(self._psm)

    def _psm_values(self, psm: PsmEditor) -> None:
        plain, spans = bytes(psm.body), []
        for name, start, end in list(psm.records()):
            value = plain[start:end]
            spans += [span.moved(start) for span in secret_spans(name, value)]
            psm.body[start:end] = self._value(name, value, "PSM storage")
            if name in PARAMETERS:
                self._parameters += psm.body[start:end]
        self._remember_network(plain, spans)

    def _value(self, name: str, value: bytes, place: str) -> bytes:
        if name in PARAMETERS:
            return self._configuration(value, f"{place}, {name}")
        content = bytearray(value)
        spans = secret_spans(name, value)
        for span in spans:
            self._span(content, span, f"{place}, {name}")
        self._remember_network(value, spans)
        return bytes(content)

    def _configuration(self, text: bytes, place: str) -> bytes:
        """A pin configuration, in which only what has the name of a secret is replaced."""
        made, spans = without_secrets(text, self.secrets)
        for span in spans:
            self.counts[span.kind, place] += 1
        return made

    def _known_places(self, config_spans: Iterable[SecretSpan]) -> list[Range]:
        """Fast connect, RF data, OpenBeken's settings; return where their secrets are."""
        read: list[Range] = []
        for record in find_fast_connect(bytes(self.data), phase=self.phase):
            end = record.offset + SECTOR
            plain = bytes(self.data[record.offset : end])
            body = bytearray(masked(plain) if record.masked else plain)
            place = f"Wi-Fi fast connect {record.offset + self.image.start:#x}"
            spans = [span.moved(-record.offset) for span in record.spans]
            self._remember_network(bytes(body), spans)
            for span in spans:
                self._span(body, span, place)
                read.append((span.start + record.offset, span.end + record.offset))
            self.data[record.offset : end] = masked(bytes(body)) if record.masked else body
        for at in rf.mac_offsets(bytes(self.data)):
            if not overlaps(self._code, at, at + 6):
                place = f"RF data {at + self.image.start:#x}"
                self._span(self.data, SecretSpan(at, at + 6, "mac"), place)
                read.append((at, at + 6))
        for span in config_spans:
            if not overlaps(self._code, span.start, span.end):
                self._span(self.data, span, "OpenBeken settings")
                read.append((span.start, span.end))
        return read

    def _plain_texts(self, read: list[Range]) -> None:
        """Text after known names, outside what has been read already.

        Fields that touch each other are read by their format alone: as one text they would be
        another secret, whose placeholder is no field's, and so again in every pass.
        """
        frozen = bytes(self.data)
        kept = [
            (cfg.address, cfg.address + len(cfg.text.encode()))
            for cfg in find_oem_cfg(frozen, phase=self.phase)
        ]
        for start, end in kept:
            place = f"configuration at {start + self.image.start:#x}"
            self.data[start:end] = self._configuration(frozen[start:end], place)
            self._parameters += self.data[start:end]
        scans: list[Callable[[bytes], Iterator[SecretSpan]]] = [
            partial(byte_spans, shortest=MIN_ANYWHERE),
        ]
        if self.unknown:
            scans.append(self._tokens)
        closed = [*self._code, *self._encrypted(), *kept, *read]
        for start, end in without(closed, len(frozen)):
            text = frozen[start:end]
            for scan in scans:
                for span in scan(text):
                    whole = span.moved(start)
                    self._span(self.data, whole, f"text at {whole.start + self.image.start:#x}")

    def _tokens(self, data: bytes) -> Iterator[SecretSpan]:
        """Yield texts that look like keys, except those that every device of the model has."""
        for span in lone_token_spans(data):
            if data[span.start : span.end] not in self.image.logical:
                yield span

    def _span(self, target: bytearray, span: SecretSpan, place: str) -> None:
        stored = bytes(target[span.start : span.end])
        made = replaced(span, stored, self.secrets)
        if made != stored:
            target[span.start : span.end] = made
            self.counts[span.kind, place] += 1

    # --- the keys Wi-Fi derives from name and password -----------------------------------------

    def _remember_network(self, content: bytes, spans: Iterable[SecretSpan]) -> None:
        values = FoundSecrets()
        names, passwords = [], []
        for span in spans:
            replaced(span, content[span.start : span.end], values)
        for secret in values.by_value.values():
            if secret.kind == "wifi-name":
                names.append(secret.value)
            elif secret.kind == "wifi-password":
                passwords.append(secret.value)
        self._networks += [(name, password) for name in names for password in passwords]

    def _derive_wifi_keys(self) -> None:
        for name, password in dict.fromkeys(self._networks[:_MAX_NETWORKS]):
            key = hashlib.pbkdf2_hmac("sha1", password, name, _WPA_ROUNDS, _WPA_BYTES)
            if key not in self.secrets.by_value:
                self.derived.add(key)
            self.secrets.placeholder("wifi-key", key)

    # --- everywhere ----------------------------------------------------------------------------

    def _everywhere(self) -> None:
        self.common = tuple(
            secret for secret in self.secrets.by_value.values() if self._is_common(secret.value)
        )
        wanted = spellings(self.searched())
        for storage in self._storages:
            for value in storage.values:
                if value.name not in PARAMETERS:
                    content = self._search(storage.current(value), wanted, "storage")
                    storage.replace(value, content)
            storage.rewrite(lambda plain: self._search(plain, wanted, "storage"))
            storage.save()
        for block in self._protected:
            block.body[:] = self._search(bytes(block.body), wanted, "protected block")
            block.save()
        if self._psm:
            self._psm.body[:] = self._search(bytes(self._psm.body), wanted, "PSM storage")
            self._psm.save()
        open_parts = without([*self._code, *self._encrypted()], len(self.data))
        for decode in decoders(self.keys, self.phase):
            view = decode(bytes(self.data))
            changed = bytearray(view.data)
            for start, end in open_parts:
                part = self._search(view.data[start:end], wanted, f"elsewhere, {view.name}")
                changed[start:end] = part
            patch(self.data, view, changed)

    def _search(self, data: bytes, wanted: tuple[Spelling, ...], place: str) -> bytes:
        changed: bytearray | None = None
        for spelling in wanted:
            for at in spelling.places(data if changed is None else bytes(changed)):
                changed = bytearray(data) if changed is None else changed
                changed[at : at + len(spelling.text)] = spelling.instead
                self.counts[spelling.kind, place] += 1
        return data if changed is None else bytes(changed)

    def _is_common(self, value: bytes) -> bool:
        if not MIN_ANYWHERE <= len(value) <= MAX_COMMON:
            return False
        if value in self._parameters:
            return True
        # Unknown firmware may have the user's own secret compiled in.
        personal = self.unknown and len(value) > MAX_COINCIDENCE
        return not personal and value in self.image.logical

    def _encrypted(self) -> list[Range]:
        """The sectors that an editor has read and will write."""
        starts = [at for storage in self._storages for at in storage.offsets]
        starts += [block.offset for block in self._protected]
        ranges = [(at, at + SECTOR) for at in starts]
        if self._psm:
            ranges.append((self._psm.offset, self._psm.offset + len(self._psm.body)))
        return ranges


_MAX_NETWORKS = 64
