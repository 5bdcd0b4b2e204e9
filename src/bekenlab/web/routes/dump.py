"""The page of an open file: chip, pins and flash, and the exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from bekenlab.report.dump_view import subject_view
from bekenlab.report.exports import EXPORTERS
from bekenlab.report.pictures import flash_facts, flash_map
from bekenlab.report.pictures.edges import edges_picture
from bekenlab.report.probe_view import probe_view
from bekenlab.web.context import context_of
from bekenlab.web.failures import advice_in
from bekenlab.web.job import State
from bekenlab.web.pages import page, texts_for
from bekenlab.web.views.board import board_view
from bekenlab.web.views.dump import next_step, reservation, shown_notices, why_no_pins

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.analysis.model import Analysis
    from bekenlab.errors import BekenlabError
    from bekenlab.jobs.probe import ProbeReport
    from bekenlab.report.pictures import Words
    from bekenlab.web.texts import Texts


async def show_all(request: Request) -> Response:
    """Show the drop zone and the open files."""
    rows = await run_in_threadpool(context_of(request).uploads.rows)
    return page(request, "dump", rows=rows)


async def show_one(request: Request) -> Response:
    """Show one file."""
    context = context_of(request)
    uploads = context.uploads
    dump = uploads.get(request.path_params["id"])
    t = texts_for(request)
    words = t.picture_words

    def worked_out() -> dict[str, Any]:
        subject = uploads.subject(dump.id)
        view, row = subject_view(subject), uploads.row(dump.id)
        but = reservation(subject) if row.runs else ""
        booted = boot is not None and boot.state is State.DONE and not boot.result.get("pins")
        no_pins = why_no_pins(view, row, booted=booted)
        return {
            "view": view,
            "row": row,
            "no_pins": no_pins,
            "next": next_step(view, row, no_pins, subject.problem),
            "notices": shown_notices(view, no_pins, subject.problem),
            "but": but,
            "problem": subject.problem,
            "advice": _advice(subject.problem, t.language),
            "picture": board_view(subject, words, t.label),
            "flash": _flash(subject.analysis, words),
            **_probe(uploads.probe(dump.id), t),
            "boots_itself": boot is None and but != "no_app" and uploads.would_boot(dump.id),
        }

    boot = context.manager.latest("boot", dump.id)
    probe_job = context.manager.latest("probe", dump.id)
    values = await run_in_threadpool(worked_out)
    return page(
        request,
        "one_dump",
        section="dump",
        dump=dump,
        forms=tuple(EXPORTERS),
        boot=boot,
        probe_job=probe_job,
        **values,
    )


def _probe(report: ProbeReport | None, t: Texts) -> dict[str, Any]:
    """What a probe showed: its view, and for each pin what else fits and its strip of edges."""
    if report is None:
        return {"probe": None}
    view = probe_view(report)
    rows = []
    for row in view.rows:
        others = ", ".join(t.label(each) for each in row.others)
        strip = edges_picture(row.strip, t.picture_words) if row.strip else ""
        rows.append((row, others, Markup(strip)))  # noqa: S704  built as a tree, which escapes
    return {"probe": view, "probe_rows": rows}


def _advice(problem: BekenlabError | None, language: str) -> str:
    return advice_in(language, problem.hint, problem.actions) if problem else ""


def _flash(analysis: Analysis | None, words: Words) -> Markup | None:
    facts = flash_facts(analysis) if analysis else None
    if facts is None:
        return None
    return Markup(flash_map(facts, words_of=words, standalone=False))  # noqa: S704  as above


ROUTES = (Route("/dump", show_all), Route("/dump/{id}", show_one))
