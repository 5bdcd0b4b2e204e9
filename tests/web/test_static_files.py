"""Scripts and styles are served without comments, and are otherwise as they are."""

import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from bekenlab.web.static_files import without_comments
from web.serving import Served

STATIC = Path(str(resources.files("bekenlab.web") / "static"))
FILES = sorted(path for path in STATIC.rglob("*") if path.suffix in {".js", ".css"})


def test_lines_that_are_comments_go_and_the_others_keep_their_place() -> None:
    script = """// What it does.
import { a } from "./a.js";
/**
 * @param {string} text
 */
export const b = (text) => `http://${text}/`; // beside code
/* one line */
export const c = 1;
"""
    assert without_comments(script).split("\n") == [
        "",
        'import { a } from "./a.js";',
        "",
        "",
        "",
        "export const b = (text) => `http://${text}/`; // beside code",
        "",
        "export const c = 1;",
        "",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_served_with_all_its_code(served: Served, path: Path) -> None:
    text = path.read_text("utf-8")
    with served.script() as script:
        answer = script.get(f"/static/{path.relative_to(STATIC).as_posix()}")
        again = script.get(str(answer.url), headers={"if-none-match": answer.headers["etag"]})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/")
    assert again.status_code == 304
    assert len(answer.text.splitlines()) == len(text.splitlines())
    if path.suffix == ".css":
        bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        assert "".join(answer.text.split()) == "".join(bare.split())
    if path.suffix == ".js" and (node := shutil.which("node")):
        checked = subprocess.run(
            [node, "--check", "--input-type=module", "-"],
            input=answer.text,
            text=True,
            capture_output=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr
