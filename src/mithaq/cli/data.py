"""`mithaq data`: rebuild what is built from src/mithaq/resources and from the code's own tables."""

from __future__ import annotations

import click

from mithaq.cli import docs


@click.command()
@click.pass_context
def data(context: click.Context) -> None:
    """Rebuild what is built from the resources: the generated pages of the reference."""
    context.invoke(docs.generate)
