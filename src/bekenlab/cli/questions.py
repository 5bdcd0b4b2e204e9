"""Questions at the terminal: yes or no, and passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_YES = frozenset({"y", "yes", "j", "ja"})
_NO = frozenset({"n", "no", "nein"})
_EXPLAINED = "please answer y (yes, ja) or n (no, nein)"


def agrees(question: str, *, default: bool = False) -> bool:
    """Ask until the answer is yes or no, in English or German.

    Args:
        question: Without a question mark.
        default: What Enter means.
    """
    choice = "Y/n" if default else "y/N"
    while True:
        text = click.prompt(f"{question}? [{choice}]", default="", show_default=False, err=True)
        answer = str(text).strip().lower()
        if not answer:
            return default
        if answer in _YES | _NO:
            return answer in _YES
        click.echo(_EXPLAINED, err=True)


def new_password(question: str, problem: Callable[[str], str]) -> str:
    """Ask for a password that cannot be seen, twice, until both agree and it can be used.

    Args:
        question: What it is for.
        problem: Why a password cannot be used; empty if it can. An empty password always can: it
            stands for no password, and is asked for once.
    """
    while True:
        first = _hidden(question)
        if not first:
            return first
        why = problem(first)
        if why:
            click.echo(why, err=True)
        elif _hidden("The same again") == first:
            return first
        else:
            click.echo("the two are different", err=True)


def _hidden(question: str) -> str:
    return str(click.prompt(question, hide_input=True, default="", show_default=False, err=True))
