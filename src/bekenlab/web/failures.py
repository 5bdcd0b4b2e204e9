"""Errors as the pages tell them: advice in every language there is a catalogue of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.report.json_report import error_json
from bekenlab.web.texts import LANGUAGES, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.errors import BekenlabError, Wording


def job_error(error: BekenlabError) -> dict[str, Any]:
    """An error that ends a job. Who will read it is not known yet, so it has all languages."""
    made = error_json(error, error.advice(texts(LANGUAGES[0]).wording))
    return {**made, **told(error.message), **hints(error.advice)}


def hints(advice: Callable[[Wording], str]) -> dict[str, Any]:
    """Advice in every language, for a script to choose from.

    Args:
        advice: Gives it in a frontend's words.
    """
    return {"hints": {language: advice(texts(language).wording) for language in LANGUAGES}}


def told(english: str) -> dict[str, Any]:
    """A sentence in every language that has it, for a script to choose from."""
    said = {language: texts(language).sentence(english) for language in LANGUAGES}
    return {"texts": {language: text for language, text in said.items() if text}}


def seen_texts(seen: str) -> dict[str, Any]:
    """What a check has found, in every language; a warning by its title, ``"code: message"``."""
    code = f"notice.{seen.partition(':')[0]}"
    if code in texts(LANGUAGES[0]).entries:
        return {"texts": {language: texts(language)(code) for language in LANGUAGES}}
    return told(seen)


def titled(plan: str) -> dict[str, Any]:
    """What a plan writes in every language, for a script to choose from."""
    return {"titles": {language: texts(language).plan_title(plan) for language in LANGUAGES}}


def labelled(english: str) -> dict[str, Any]:
    """The label of a pin in every language, for a script to choose from."""
    return {"texts": {language: texts(language).label(english) for language in LANGUAGES}}
