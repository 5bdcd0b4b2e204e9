"""Builds a corpus at a running scheduler, with readers that fail on purpose.

Arguments: the folder to read, the corpus, the address of the scheduler.
"""

import json
import sys
from pathlib import Path

from bekenlab.corpus.build import Settings
from bekenlab.jobs.corpus.build import build_corpus
from bekenlab.report.corpus_report import build_json
from corpus.making import FAULTY

if __name__ == "__main__":
    folder, corpus, address = sys.argv[1:]
    settings = Settings(
        FAULTY, boot="never", probe="never", seconds=6, memory=250 << 20, scheduler=address
    )
    report = build_corpus([Path(folder)], Path(corpus), settings)
    sys.stdout.write(json.dumps(build_json(report)))
