"""A corpus as a site of files: one page to search in, and one for each kind of device."""

from bekenlab.report.corpus_site.site import site_files

__all__ = ["site_files"]
