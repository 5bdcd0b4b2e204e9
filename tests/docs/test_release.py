"""What a release is made of hangs together: versions, changelog, workflow, lock file, site."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from bekenlab import __version__
from docs.pages import DOCS, ROOT, text_of

if TYPE_CHECKING:
    from pathlib import Path

ORDER = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
RELEASES = re.split(r"^## ", text_of(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)[1:]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("release", RELEASES, ids=lambda text: str(text).splitlines()[0])
def test_the_changelog_is_in_order(release: str) -> None:
    kinds = re.findall(r"^### (.+)$", release, re.MULTILINE)
    assert kinds == [kind for kind in ORDER if kind in kinds]


def test_the_changelog_ends_before_the_version_that_is_made() -> None:
    names = [text.splitlines()[0].strip("[]").partition("]")[0] for text in RELEASES]
    assert names[0] in ("Unreleased", __version__)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_pin_their_actions_and_expect_no_real_data(path: Path) -> None:
    jobs = YAML(typ="safe").load(path.read_text("utf-8"))["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    for step in steps:
        assert re.search(r"@v\d+$|@[0-9a-f]{40}$", step.get("uses", "@v1")), step
        if "pytest" in step.get("run", ""):
            assert step["env"]["CI"] == "", "tests that need real data would fail there"


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "tools" / "web-check" / "package-lock.json").read_text("utf-8"))
    assert lock["packages"]
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]


def test_every_page_has_its_place_in_the_site() -> None:
    """The strict build says so as well; this is quicker."""
    nav = re.findall(r"[\w/-]+\.md$", text_of(ROOT / "mkdocs.yml"), re.MULTILINE)
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert {page for page in pages if not page.startswith("errors/")} <= set(nav)
