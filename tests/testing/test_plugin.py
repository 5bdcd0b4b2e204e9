"""The pytest plugin as another project has it: nothing of ours is imported but what it asks for."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

from api.test_public_names import HEAVY, loaded_after
from bekenlab.samples import build_sample
from docs.pages import ROOT

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

# As the entry point of an installed bekenlab would load it.
PLUGIN = ("-p", "no:bekenlab", "-p", "bekenlab.testing.plugin", "-p", "no:cacheprovider")
TESTS = """
def test_boots(virtual_chip):
    plug = virtual_chip("plug.bin")
    plug.wait_for("app_init finished")
    plug.press(10)
    plug.wait_for_level(26, 1)

def test_two_of_them(virtual_chip):
    first, second = virtual_chip("plug.bin"), virtual_chip("plug.bin")
    first.run(0.1)
    assert (first.seconds > 0, second.seconds) == (True, 0)

def test_serves(served_chip):
    assert served_chip("plug.bin").address.startswith("rfc2217://127.0.0.1:")

def test_fails(virtual_chip):
    virtual_chip("plug.bin").wait_for("nothing like it", seconds=0.1)
"""


def test_the_fixtures_work_in_another_project(pytester: pytest.Pytester) -> None:
    (pytester.path / "plug.bin").write_bytes(build_sample())
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*no 'nothing like it' in 0.1 s; the log ends:*"])


def test_fixtures_are_explained(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess(*PLUGIN, "--fixtures")
    result.stdout.fnmatch_lines(["*Boot firmware images in virtual chips.*"])
    result.stdout.fnmatch_lines(["*Serve virtual chips to flashing programs.*"])


def test_the_entry_point_names_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"bekenlab": "bekenlab.testing.plugin"}


def test_a_project_that_does_not_use_it_loads_next_to_nothing() -> None:
    pytest_alone = loaded_after("import pytest")
    with_plugin = loaded_after("import pytest, bekenlab.testing.plugin")
    ours = {"bekenlab", "bekenlab.version", "bekenlab.testing", "bekenlab.testing.plugin"}
    assert with_plugin - pytest_alone == ours
    assert not with_plugin & (set(HEAVY) - {"asyncio"})


def test_it_can_be_kept_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(virtual_chip): ...")
    command = [sys.executable, "-m", "pytest", "-p", "no:bekenlab", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=pytester.path, capture_output=True, encoding="utf-8", check=False
    )
    assert "fixture 'virtual_chip' not found" in done.stdout
