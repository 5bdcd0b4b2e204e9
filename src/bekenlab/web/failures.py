"""Errors as the pages tell them: advice in every language there is a catalogue of."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bekenlab.errors import advice
from bekenlab.report.messages_json import error_json, notices_json
from bekenlab.web.texts import LANGUAGES, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.errors import Action, BekenlabError, Notice


def job_error(error: BekenlabError) -> dict[str, Any]:
    """An error that ends a job. Who will read it is not known yet, so it has all languages."""
    made = error_json(error, advice_in(LANGUAGES[0], error.hint, error.actions))
    return {**made, **told(error.message), **hints(error.hint, error.actions)}


def request_error(error: BekenlabError, language: str) -> dict[str, Any]:
    """An error that ends a request, with advice in the visitor's language.

    ``field`` is the name of the field of a form that holds a bad value.
    """
    field = {"field": error.facts["field"]} if "field" in error.facts else {}
    return {
        **error_json(error, advice_in(language, error.hint, error.actions)),
        **told(error.message),
        **field,
    }


def advice_in(language: str, hint: str, actions: Iterable[Action]) -> str:
    """What to do about an error, in one language; what has no text in it is left out."""
    words = texts(language)
    return advice(words.sentence(hint) or "", actions, words.wording)


def hints(hint: str, actions: Iterable[Action]) -> dict[str, Any]:
    """Advice in every language, for a script to choose from; arguments as of ``advice_in``."""
    return {"hints": {language: advice_in(language, hint, actions) for language in LANGUAGES}}


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


def noticed(notices: tuple[Notice, ...]) -> list[dict[str, Any]]:
    """Warnings with their texts in every language, for a script to choose from."""
    return [
        {
            **row,
            "told": {language: asdict(texts(language).warning(notice)) for language in LANGUAGES},
        }
        for row, notice in zip(notices_json(notices), notices, strict=True)
    ]


def titled(plan: str) -> dict[str, Any]:
    """What a plan writes in every language, for a script to choose from."""
    return {"titles": {language: texts(language).plan_title(plan) for language in LANGUAGES}}


def labelled(english: str) -> dict[str, Any]:
    """The label of a pin in every language, for a script to choose from."""
    return {"texts": {language: texts(language).label(english) for language in LANGUAGES}}
