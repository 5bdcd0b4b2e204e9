"""Reports of jobs as JSON, text and files."""
