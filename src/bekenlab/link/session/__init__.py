"""A session with a loader: requests, replies, retries and state.

``channel`` carries requests and frames, ``policy`` says what the loader needs, ``session`` sends
requests with retries, ``state`` is the state machine, and ``pipeline`` keeps several requests in
flight.
"""
