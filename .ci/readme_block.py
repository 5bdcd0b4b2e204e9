"""Print the Nth fenced ``sh`` block of README.md, so that CI runs what readers are told to run."""

import re
import sys
from pathlib import Path


def main() -> None:
    """Print one block, or fail when there is no such block."""
    readme = Path(__file__).resolve().parent.parent / "README.md"
    blocks = re.findall(r"^```sh\n(.*?)^```", readme.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    sys.stdout.write(blocks[int(sys.argv[1]) - 1])


if __name__ == "__main__":
    main()
