"""`python -m mithaq.cli`, which is what `./mithaq` becomes."""

from __future__ import annotations

from mithaq.cli.main import main

main()
