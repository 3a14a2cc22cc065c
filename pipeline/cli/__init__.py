"""The command `zongheng`: it parses, calls, prints and exits; nothing else in the package does."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from pipeline.cli import (  # noqa: F401  (each adds its commands)
    check,
    clean,
    corpus,
    evaluate,
    export,
    registry,
    report,
    run,
    schema,
    status,
    study,
    suggest,
    train,
)
from pipeline.cli.app import app
from pipeline.cli.terminal import safe
from pipeline.errors import PipelineError

STOPPED = 130


def main() -> None:
    """Entry point. Exit status: 0 done, 1 an error that the user can mend (or the reader of our
    output is gone), 2 wrong usage, 130 stopped by Ctrl-C."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that cannot show Chinese gets \u escapes instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except PipelineError as error:
        print("zongheng:", safe(str(error), keep="\n"), file=sys.stderr)
        sys.exit(1)
    except SystemExit as done:
        if done.code == STOPPED:  # what typer makes of KeyboardInterrupt
            print("zongheng: stopped; run the same command again to go on", file=sys.stderr)
        raise
