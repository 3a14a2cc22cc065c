"""The command `zongheng`: it parses, calls, prints and exits; nothing else in the package does."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper

STOPPED = 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What these have done is kept, and the same command goes on with it.
RESUMED = ("run", "train", "study")


def main() -> None:
    """Entry point. Exit status: 0 done, 1 an error that the user can mend (or the reader of our
    output is gone), 2 wrong usage, 130 stopped by Ctrl-C."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that cannot show Chinese gets \u escapes instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = _call()
        sys.stdout.flush()
    except KeyboardInterrupt:  # before typer takes over
        status = STOPPED
    except OSError as error:
        if error.errno not in (*NO_ROOM, errno.EPIPE):
            raise
        status = 1
        if error.errno in NO_ROOM:
            print(f"zongheng: cannot write: {error.strerror}; make room first", file=sys.stderr)
        _drop_output()
    if status == STOPPED:
        again = "to go on" if sys.argv[1:2] and sys.argv[1] in RESUMED else "to begin anew"
        print(f"zongheng: stopped; run the same command again {again}", file=sys.stderr)
    sys.exit(status)


def _call() -> int | str | None:
    """The exit status of the command that was given."""
    # Here, because Ctrl-C may come while these are loaded.
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

    try:
        app()
    except PipelineError as error:
        print("zongheng:", safe(str(error), keep="\n"), file=sys.stderr)
        return 1
    except SystemExit as done:
        return done.code
    return 0


def _drop_output() -> None:
    """Let what is still to be written to standard output go, or Python would try once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
