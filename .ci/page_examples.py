"""Writes the examples of the pages for programmers into a folder, each as a file of its own.

Usage: ``python page_examples.py FOLDER``. ``example_N.py`` are those of docs/api.md, with what they
print in ``example_N.py.txt``; ``test_*.py`` are the tests of docs/testing.md.
"""

import re
import sys
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
SHOWN = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TEST = re.compile(r"^```python\n(# (test_\w+\.py)\n.*?)^```$", re.DOTALL | re.MULTILINE)

folder = Path(sys.argv[1])
folder.mkdir()
for number, (code, printed) in enumerate(SHOWN.findall((DOCS / "api.md").read_text("utf-8")), 1):
    (folder / f"example_{number}.py").write_text(code, "utf-8")
    (folder / f"example_{number}.py.txt").write_text(printed, "utf-8")
for code, name in TEST.findall((DOCS / "testing.md").read_text("utf-8")):
    (folder / name).write_text(code, "utf-8")
