"""A job's report as JSON, text and files."""
