#!/usr/bin/env bash
# The wheel as somebody gets it who only installs it: built here, put into a fresh environment with
# pytest, and used from an empty folder: the command, the examples of docs/api.md, the fixtures.
set -euo pipefail
cd "$(dirname "$0")/.."

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

python3 -m venv "$WORK/venv"
PYTHON="$WORK/venv/bin/python"
"$PYTHON" -m pip wheel -q --no-deps -w "$WORK/wheel" .
"$PYTHON" -m pip install -q -c constraints.txt "$(echo "$WORK"/wheel/bekenlab-*.whl)[pytest]"
"$PYTHON" .ci/page_examples.py "$WORK/use"

unset PYTHONPATH PYTEST_ADDOPTS
export PATH="$WORK/venv/bin:$PATH" XDG_STATE_HOME="$WORK/state" XDG_DATA_HOME="$WORK/data"
cd "$WORK/use"
bekenlab demo --save my-dump.bin >/dev/null
for example in example_*.py; do
    rm -f backup.bin* dumps.zip
    python "$example" >"$example.out"
    diff "$example.txt" "$example.out"
done
python -m pytest -q -p no:cacheprovider test_plug.py test_flashing.py
if [ -n "${OPENBEKEN_IMAGE:-}" ]; then
    python -m pytest -q -p no:cacheprovider test_openbeken.py
fi
