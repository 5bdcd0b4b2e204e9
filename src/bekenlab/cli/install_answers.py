"""Asks the questions of an install at the terminal, or gives default answers without one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bekenlab.cli.output import console
from bekenlab.cli.questions import agrees

if TYPE_CHECKING:
    from bekenlab.analysis.subject import Subject
    from bekenlab.jobs.install.model import Proposal
    from bekenlab.probing.rehearsal import Rehearsal

_WIRE = """\
To log the first start, move the adapter's RX wire now, from the pad TX1 to TX2.
Leave all other wires as they are."""


class Answers:
    """Implements ``bekenlab.jobs.install.model.Questions``.

    Args:
        as_json: Ask nothing and print only JSON.
        yes: Agree to everything that needs no manual action; without it there must be a terminal
            (see ``refuse_unless_asked``).
        probes: Whether to find pins by experiments; None: ask, or without a terminal do not.
    """

    def __init__(self, *, as_json: bool, yes: bool, probes: bool | None = None) -> None:
        self._yes = yes
        self._probes = probes
        self._there = not as_json and sys.stdin.isatty()

    def probe(self, subject: Subject) -> bool:
        """Experiments take a minute or two, so they are not made unasked."""
        del subject
        if self._probes is not None:
            return self._probes
        if self._yes or not self._there:
            return False
        question = "Nothing names the pins. Find them by experiments in the virtual chip (a minute)"
        return agrees(question, default=True)

    def rehearse(self, proposal: Proposal) -> bool:
        """Rehearsing is always safe, so it is the default without a terminal."""
        del proposal
        if self._yes or not self._there:
            return True
        question = "Rehearse it first on a virtual chip (your device is not touched)"
        return agrees(question, default=True)

    def carry_out(self, proposal: Proposal, rehearsal: Rehearsal | None) -> bool:
        """Whether to carry out the plan."""
        from bekenlab.jobs.rehearse import problem_of

        del proposal
        problem = problem_of(rehearsal) if rehearsal is not None else None
        if self._yes and problem is not None:
            raise problem
        if self._yes:
            return True
        if problem is not None:
            console(stderr=True).print(f"{problem.message}", style="bold red", markup=False)
            return agrees("Install it anyway")
        return agrees("Install it now")

    def wire_moved(self) -> bool:
        """Moving the wire needs a person; without one, the log is not read."""
        if not self._there:
            return False
        click.echo(_WIRE, err=True)
        answer = click.prompt(
            "Press Enter when it is moved, or s and Enter to skip this",
            default="",
            show_default=False,
            err=True,
        )
        return not str(answer).strip().lower().startswith("s")
