"""Renders pages from their templates and texts."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup
from starlette.responses import HTMLResponse, JSONResponse, Response

from bekenlab.analysis.inputs import MAX_SIZE
from bekenlab.errors import BekenlabError, BusyError, ExitCode, NotFoundError, TooLargeError
from bekenlab.version import __version__
from bekenlab.web.context import context_of
from bekenlab.web.failures import advice_in, request_error
from bekenlab.web.menu import MENU
from bekenlab.web.texts import LANGUAGES, Texts, choose_language, sentence_case, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import HTTPConnection

_ENDS = re.compile(r"[.!?…:)]$|[./\\]\S+$")
_INDENTED = re.compile(r"(?m)^[ \t]+")
_BREAKS = re.compile(r"(?<=[_-])")
_NONE: Mapping[str, str] = MappingProxyType({})
THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE = "bekenlab-language"
THEME_COOKIE = "bekenlab-theme"
# Sections of the catalogue that the scripts of every page need.
_COMMON = ("common", "connection", "error", "job")
_STATUS = {
    ExitCode.USAGE: 400,
    ExitCode.NO_DEVICE: 409,
    ExitCode.LINK: 502,
    ExitCode.PROTOCOL: 502,
    ExitCode.VERIFY: 409,
    ExitCode.REFUSED: 409,
    ExitCode.UNSUPPORTED: 422,
    ExitCode.INPUT: 422,
}
_OWN_STATUS: dict[type[BekenlabError], int] = {
    NotFoundError: 404,
    TooLargeError: 413,
    BusyError: 429,
}


def texts_for(request: HTTPConnection) -> Texts:
    """The catalogue in the visitor's language."""
    wanted = request.cookies.get(LANGUAGE_COOKIE)
    return texts(choose_language(wanted, request.headers.get("accept-language", "")))


def page(
    request: HTTPConnection,
    name: str,
    *,
    section: str = "",
    also: tuple[str, ...] = (),
    more_texts: Mapping[str, str] = _NONE,
    status: int = 200,
    **values: object,
) -> HTMLResponse:
    """Render a page.

    Args:
        request: The request to answer.
        name: Name of the template.
        section: Section of the catalogue and entry of the menu; default: the template's name.
        also: Further sections of the catalogue that its scripts need.
        more_texts: Texts for its scripts that are in no section.
        status: HTTP status.
        values: Values for the template.
    """
    t = texts_for(request)
    theme = request.cookies.get(THEME_COOKIE)
    frame = {
        "t": t,
        "section": section or name,
        "theme": theme if theme in THEMES else THEMES[0],
        "themes": THEMES,
        "languages": LANGUAGES,
        "here": _here(request),
        "version": __version__,
        # A refused request never reaches the application.
        "run": context_of(request).bundles.run if "app" in request.scope else "",
        "script_texts": {**t.sections(*_COMMON, section or name, *also), **more_texts},
    }
    template = _environment().get_template(f"{name}.html")
    return HTMLResponse(template.render(frame | values), status)


def failure(request: HTTPConnection, error: BekenlabError) -> Response:
    """Answer with an error: JSON below ``/api/``, a page elsewhere."""
    status = _OWN_STATUS.get(type(error)) or _STATUS.get(error.exit_code, 500)
    if request.url.path.startswith("/api/"):
        made = request_error(error, texts_for(request).language)
        answer: Response = JSONResponse({"error": made}, status)
    else:
        advice = advice_in(texts_for(request).language, error.hint, error.actions)
        answer = page(request, "error", status=status, error=error, advice=advice)
    if isinstance(error, TooLargeError):
        # Otherwise the server would read the rest of the body.
        answer.headers["connection"] = "close"
    return answer


def _here(request: HTTPConnection) -> str:
    """The address of the page, without the key of this run."""
    query = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != "token"])
    return f"{request.url.path}?{query}" if query else request.url.path


def _sentence(text: str) -> str:
    """A message as a sentence that stands alone: with a capital letter and a full stop."""
    # After the name of a file or an address, a full stop would look like a part of it.
    ends = _ENDS.search(text)
    return sentence_case(text) + ("" if ends else ".")


def _breakable(name: str) -> Markup:
    """A long name that may be broken after each underscore or hyphen, instead of anywhere."""
    return Markup("<wbr>").join(_BREAKS.split(name))


class _Unindented(Extension):
    """Leaves out the indentation of templates, which is for those who read them."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """See ``Extension``."""
        del name, filename
        return _INDENTED.sub("", source)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bekenlab.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[_Unindented],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = _sentence
    environment.filters["breakable"] = _breakable
    environment.globals["menu"] = MENU
    environment.globals["largest"] = MAX_SIZE
    return environment
