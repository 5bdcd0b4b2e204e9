"""A corpus on disk: bundles as workers leave them, and the merged tables.

A bundle is a folder with a file for each table. It appears under its name when all of it is there,
and a second one of the same name is dropped. Merging joins the bundles with the tables so far; of
rows about the same thing, those of the latest bundle count. So whatever is interrupted, or done
twice, the tables are the same in the end.
"""

from __future__ import annotations

import bisect
import json
import mmap
import os
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from bekenlab.corpus.needs import needed
from bekenlab.corpus.tables import DUMPS, TABLES
from bekenlab.errors import BusyError, NotFoundError, UnsupportedError, file_access
from bekenlab.files import lock, write_whole
from bekenlab.json_text import JsonError, read_json_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bekenlab.corpus.tables import Rows, Table

FORMAT = 1
_MANIFEST, _SALT, _LOCK = "corpus.json", "salt", "lock"
_BUNDLES, _PART = "bundles", ".part"
_DIGEST = 32
_SALT_BYTES = 32
_ROW_GROUP = 50_000
_MERGE_MEMORY = "512MB"
# Tables in which every bundle is that is not superseded as a whole.
_BY_BUNDLE = ("files", "dumps")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``corpus.json`` says.

    Attributes:
        format: Version of this layout.
        run: Number of the latest run.
        tables: Folder of the merged tables, or None before the first merge.
        version: Version of the program that merged them.
    """

    format: int = FORMAT
    run: int = 0
    tables: str | None = None
    version: str = ""


class Store:
    """A corpus in a folder.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def manifest(self) -> Manifest:
        """What the corpus says about itself; of a new one, what it begins with.

        Raises:
            UnsupportedError: A later version of the program has written it.
            FileAccessError: It cannot be read.
        """
        path = self.folder / _MANIFEST
        try:
            read = read_json_file(path)
            found = Manifest(**{name: read[name] for name in Manifest.__dataclass_fields__})
        except FileNotFoundError:
            return Manifest()
        except OSError as error:
            raise file_access(path, "read", error) from error
        except (JsonError, KeyError, TypeError) as error:
            raise UnsupportedError(f"{path} is not the beginning of a corpus: {error}") from error
        if found.format != FORMAT:
            raise UnsupportedError(
                f"{self.folder} is a corpus of format {found.format}, this program knows {FORMAT}",
                hint="use the version of bekenlab that made it, or build it anew",
            )
        return found

    @contextmanager
    def building(self) -> Iterator[int]:
        """Hold the corpus for one run, and give its number.

        Raises:
            BusyError: Another run holds it.
            FileAccessError: It cannot be written.
        """
        try:
            (self.folder / _BUNDLES).mkdir(parents=True, exist_ok=True)
            with (self.folder / _LOCK).open("a+") as file:
                if not lock(file):
                    raise BusyError(
                        f"{self.folder} is being built already", hint="wait until that has ended"
                    )
                before = self.manifest()
                self._tidy(before)
                self._keep(replace(before, run=before.run + 1))
                if not (self.folder / _SALT).exists():
                    salt = secrets.token_bytes(_SALT_BYTES)
                    write_whole(self.folder / _SALT, salt, private=True)
                yield before.run + 1
        except OSError as error:
            raise file_access(error.filename or self.folder, "written", error) from error

    def salt(self) -> bytes:
        """Salt of the hashes in this corpus; it is not to be given away."""
        path = self.folder / _SALT
        try:
            return path.read_bytes()
        except OSError as error:
            raise file_access(path, "read", error) from error

    def write_bundle(self, name: str, rows: Rows) -> bool:
        """Write the rows of a bundle, all or nothing.

        Returns:
            Whether they are these; False if the bundle was there already.

        Raises:
            FileAccessError: They cannot be written.
        """
        path = self.folder / _BUNDLES / name
        if path.exists():
            return False
        part = path.with_name(f"{name}-{secrets.token_hex(6)}{_PART}")
        try:
            part.mkdir()
            _write_tables(part, rows)
            part.rename(path)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            if path.exists():
                return False
            raise file_access(part, "written", error) from error
        return True

    def unmerged(self) -> tuple[Path, ...]:
        """The bundles that are whole, oldest first."""
        folder = self.folder / _BUNDLES
        if not folder.is_dir():
            return ()
        return tuple(sorted(path for path in folder.iterdir() if path.suffix != _PART))

    def tables(self) -> Path:
        """Folder of the merged tables.

        Raises:
            NotFoundError: There are none.
        """
        name = self.manifest().tables
        if name is None:
            raise NotFoundError(
                f"{self.folder} holds no corpus",
                hint="name the folder that a corpus was built in; build it first",
            )
        return self.folder / name

    def merge(self, version: str) -> None:
        """Join the bundles with the tables so far; call it while the corpus is held.

        Args:
            version: Version of the program.
        """
        before = self.manifest()
        inside = self._merged()
        taken = tuple(path for path in self.unmerged() if path.name not in inside)
        if not taken and before.tables is not None:
            return
        name = f"tables-{before.run:06d}-{secrets.token_hex(3)}"
        part = self.folder / f"{name}{_PART}"
        part.mkdir()
        sources = [self.folder / before.tables] if before.tables else []
        if sources or taken:
            _join([*sources, *taken], part)
        else:
            _write_tables(part, {table.name: [] for table in TABLES})
        part.rename(self.folder / name)
        self._keep(replace(before, tables=name, version=version))
        for path in (*sources, *taken):
            shutil.rmtree(path, ignore_errors=True)

    def _merged(self) -> frozenset[str]:
        """The bundles that the tables hold already; a run may have ended before they were gone."""
        found = (self._rows(table, "SELECT DISTINCT bundle FROM t", ()) for table in _BY_BUNDLE)
        return frozenset(row[0] for rows in found for row in rows)

    def known_states(self, version: str, options: str) -> frozenset[bytes]:
        """States of the files that this version has read with these options (``Item.state``)."""
        from bekenlab.corpus.items import Item

        sql = "SELECT DISTINCT place, size, modified FROM t WHERE version = ? AND options = ?"
        rows = self._rows("files", sql, [version, options])
        return frozenset(Item(row[0], "", "", row[1], row[2]).state for row in rows)

    def write_known(self, run: int, version: str, options: str) -> Path:
        """Write which contents this version has read with these options, for the workers."""
        sql = "SELECT dump FROM t WHERE version = ? AND options = ? AND length(dump) = 64"
        found = sorted(
            bytes.fromhex(row[0]) for row in self._rows("dumps", sql, [version, options])
        )
        path = self.folder / f"known-{run:06d}.bin"
        write_whole(path, b"".join(found))
        return path

    def _rows(self, table: str, sql: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        name = self.manifest().tables
        if name is None:
            return
        with needed("duckdb").connect(":memory:") as database:
            source = str(self.folder / name / f"{table}.parquet")
            database.from_parquet(source).create_view("t")
            found = database.execute(sql, values)
            while some := found.fetchmany(10_000):
                yield from some

    def _keep(self, manifest: Manifest) -> None:
        content = json.dumps(asdict(manifest), indent=1).encode() + b"\n"
        write_whole(self.folder / _MANIFEST, content)

    def _tidy(self, manifest: Manifest) -> None:
        """Remove what an interrupted run has left; a worker that still writes begins anew."""
        merged = self._merged()
        for path in self.folder.glob("tables-*"):
            if path.name != manifest.tables:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob("known-*.bin"):
            path.unlink(missing_ok=True)
        for path in (self.folder / _BUNDLES).iterdir():
            if path.suffix == _PART or path.name in merged:
                shutil.rmtree(path, ignore_errors=True)


class Known:
    """The contents that need not be read again, searched in the file.

    Args:
        path: Digests of 32 bytes, ascending.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._count = os.fstat(file.fileno()).st_size // _DIGEST
            # An empty file cannot be mapped.
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self._count else b""

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> bytes:
        return bytes(self._map[index * _DIGEST : (index + 1) * _DIGEST])

    def __contains__(self, digest: bytes) -> bool:
        at = bisect.bisect_left(self, digest)
        return at < self._count and self[at] == digest


def _write_tables(folder: Path, rows: Rows) -> None:
    for table in TABLES:
        _write_table(folder / f"{table.name}.parquet", table, rows[table.name])


def _write_table(path: Path, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    arrow, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    types = {
        "text": arrow.string(),
        "int": arrow.int64(),
        "float": arrow.float64(),
        "bool": arrow.bool_(),
        "hashes": arrow.list_(arrow.uint64()),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in table.columns.items()])
    with path.open("wb") as file:
        parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())


def _join(sources: Sequence[Path], into: Path) -> None:
    """Join tables; of rows about the same thing, those of the latest bundle stay."""
    with needed("duckdb").connect(":memory:") as database:
        database.execute(f"SET memory_limit = '{_MERGE_MEMORY}'")
        database.execute("SET temp_directory = ?", [str(into / "tmp")])
        for table in (DUMPS, *(each for each in TABLES if each is not DUMPS)):
            files = [str(path / f"{table.name}.parquet") for path in sources]
            database.from_parquet(files).create_view("rows", replace=True)
            of_dump = table.key == DUMPS.key
            if table is DUMPS or not of_dump:
                key = ", ".join(table.key)
                name = "dumps_kept" if of_dump else "kept"
                database.execute(
                    f"CREATE OR REPLACE TEMP TABLE {name} AS "  # noqa: S608  our own names
                    f"SELECT {key}, max(bundle) AS bundle FROM rows GROUP BY {key}"
                )
            kept = "dumps_kept" if of_dump else "kept"
            target = str(into / f"{table.name}.parquet").replace("'", "''")
            database.execute(
                f"COPY (SELECT rows.* FROM rows SEMI JOIN {kept} USING "  # noqa: S608
                f"({', '.join(table.key)}, bundle) ORDER BY {', '.join(table.key)}) TO '{target}' "
                f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP})"
            )
    shutil.rmtree(into / "tmp", ignore_errors=True)
