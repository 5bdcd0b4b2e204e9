"""A report as one HTML file, to be posted in a forum: no script, nothing from elsewhere, no secret.

It is built as a tree rather than from a template: a tree cannot forget to escape, the pictures are
trees already, and the command line needs no template engine for it.
"""

from bekenlab.report.html.page import html_report

__all__ = ["html_report"]
