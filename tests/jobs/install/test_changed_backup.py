"""A backup that was changed after it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import RefusedError
from bekenlab.jobs.install.install import install
from bekenlab.jobs.undo import undo
from install_setup import PLUG, Person, desk, install_options, original

if TYPE_CHECKING:
    from pathlib import Path


def test_a_backup_changed_on_disk_does_not_count(tmp_path: Path) -> None:
    plug = desk("BK7231N", original(PLUG), tmp_path)
    report = install(plug.connection, install_options("BK7231N"), plug.places, Person())
    installed, saved = plug.flash, report.proposal.backup.path
    with saved.open("r+b") as file:
        file.seek(0x40000)  # neither boot loader nor calibration
        file.write(b"spoilt")
    with pytest.raises(RefusedError, match="no backup of this chip"):
        undo(plug.connection, plug.places, lambda _proposal: True)
    assert plug.flash == installed
    # Without the manifest the change cannot be noticed.
    saved.with_name(f"{saved.name}.json").unlink()
    undo(plug.connection, plug.places, lambda _proposal: True)
    assert plug.flash[0x40000:0x40006] == b"spoilt"
