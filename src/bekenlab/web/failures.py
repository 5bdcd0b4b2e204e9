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
    return {**error_json(error, error.advice(texts(LANGUAGES[0]).wording)), **hints(error.advice)}


def hints(advice: Callable[[Wording], str]) -> dict[str, Any]:
    """Advice in every language, for a script to choose from.

    Args:
        advice: Gives it in a frontend's words.
    """
    return {"hints": {language: advice(texts(language).wording) for language in LANGUAGES}}
