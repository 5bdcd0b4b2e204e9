"""What the public names say of themselves: arguments, errors, and an example that is true."""

from __future__ import annotations

import doctest
import inspect
from typing import TYPE_CHECKING, Any

import pytest

import bekenlab
from bekenlab.samples import build_sample
from bekenlab.testing import ServedChip, ServedChips, VirtualChip, VirtualChips

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FUNCTIONS = [bekenlab.analyze, bekenlab.analyze_all, bekenlab.boot, bekenlab.load_machine]
TOOLS = [VirtualChip, VirtualChips, ServedChip, ServedChips]
NAMES = {"bekenlab": bekenlab, **{kind.__name__: kind for kind in TOOLS}}


@pytest.mark.parametrize("thing", [*FUNCTIONS, bekenlab.connect, VirtualChip, ServedChip])
def test_the_example_is_true(
    thing: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my-dump.bin").write_bytes(build_sample())
    (tmp_path / "dumps").mkdir()
    for name in ("lamp", "plug"):
        (tmp_path / "dumps" / f"{name}.bin").write_bytes(build_sample())
    monkeypatch.chdir(tmp_path)
    for variable in ("XDG_STATE_HOME", "XDG_DATA_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path / "user"))
    example = doctest.DocTestParser().get_doctest(
        inspect.getdoc(thing) or "", dict(NAMES), thing.__name__, None, None
    )
    assert example.examples
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    assert runner.run(example, out=report.append).failed == 0, "".join(report)


@pytest.mark.parametrize("function", [*FUNCTIONS, bekenlab.connect])
def test_arguments_and_errors_are_explained(function: Callable[..., Any]) -> None:
    text = inspect.getdoc(function) or ""
    assert "Raises:" in text
    for name in inspect.signature(function).parameters:
        assert f"    {name}: " in text, name


@pytest.mark.parametrize("kind", [*TOOLS, bekenlab.ConnectedChip, bekenlab.Machine])
def test_every_method_is_explained(kind: type) -> None:
    for name, member in vars(kind).items():
        if not name.startswith("_"):
            assert inspect.getdoc(member), name


@pytest.mark.parametrize("name", [name for name in bekenlab.__all__ if name[0].isupper()])
def test_every_type_is_explained(name: str) -> None:
    if name != "FileSource":  # a type alias has no docstring of its own
        assert inspect.getdoc(getattr(bekenlab, name))
