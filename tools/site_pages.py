"""Hook of MkDocs: pages of the repository's root join the site, links to its source files go.

In the repository, pages link to each other as files, so that they can be read there. The site is
made of ``docs`` only: links that lead out of it either lead to a page that is taken in here, or to
a file that the site does not have, and then only the words stay.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

# Files of the root, and what they are called in the site.
_TAKEN_IN = {
    "README.md": "overview.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<to>[^)\s]+)\)")
_ROLE = re.compile(r":(?:attr|class|exc|func|meth|mod):(?=<code>)")
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the root."""
    root = Path(config.config_file_path).parent
    for source, name in _TAKEN_IN.items():
        text = (root / source).read_text("utf-8")
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(
    markdown: str, *, page: Page, config: MkDocsConfig, files: Files
) -> str:  # MkDocs passes these by name
    """Turn links between files of the repository into links between pages of the site."""
    del config
    source = {name: path for path, name in _TAKEN_IN.items()}
    here = page.file.src_uri
    in_repository = source.get(here, f"docs/{here}")

    def turned(match: re.Match[str]) -> str:
        path, hash_sign, anchor = match["to"].partition("#")
        if not path or ":" in path:
            return match[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(in_repository), path))
        name = _TAKEN_IN.get(target) or target.removeprefix("docs/")
        if files.get_file_from_path(name) is None:
            # A page that is missing stays a broken link, which the strict build refuses.
            return match[0] if target.startswith("docs/") else match["text"]
        to = posixpath.relpath(name, posixpath.dirname(here) or ".")
        return f"{match['image']}[{match['text']}]({to}{hash_sign}{anchor})"

    return _outside_of_fences(markdown, lambda text: _LINK.sub(turned, text))


def _outside_of_fences(markdown: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    end = 0
    for fence in _FENCE.finditer(markdown):
        parts += [change(markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(markdown[end:])])


def on_page_content(html: str, **_: object) -> str:
    """Docstrings name functions as Sphinx does, which editors show; here the name is enough."""
    return _ROLE.sub("", html)
