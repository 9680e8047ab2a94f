"""`python -m mithaq.cli.demo FOLDER`: the end of a shell that stands inside the node."""

from __future__ import annotations

import pathlib
import sys

from mithaq.cli.demo.shell import serve

serve(pathlib.Path(sys.argv[1]))
