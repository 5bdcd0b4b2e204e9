"""A report as one HTML file for posting in a forum: no scripts, external resources or secrets.

It is built as a tree rather than from a template: a tree always escapes, the pictures are trees
anyway, and the command line needs no template engine.
"""

from bekenlab.report.html.page import STYLE, html_report
from bekenlab.report.html.words import ENGLISH, IN_ENGLISH, Reader

__all__ = ["ENGLISH", "IN_ENGLISH", "STYLE", "Reader", "html_report"]
