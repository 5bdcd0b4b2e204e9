"""The conversation with a loader: what it is told and asked, and where it stands.

``channel`` carries requests and frames, ``policy`` says what the loader needs, ``session`` is the
state machine with its retries, and ``pipeline`` keeps several requests under way.
"""
