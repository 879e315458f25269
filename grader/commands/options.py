"""The option that several commands share."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print data instead of text: one JSON object a line.")]
