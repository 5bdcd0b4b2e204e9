"""Values for templates and scripts, computed from the reports of jobs."""
