"""Where a shipped file lies: a folder named by the user, the clone, or the installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.errors import ResourceError

ENVIRONMENT_VARIABLE = "ZONGHENG_RESOURCES"
_PACKAGE = Path(__file__).resolve().parent


def find(name: str) -> Path:
    """The folder `name` ("registry", "char-trigram", "zongheng-small") that inference reads.

    Looked for, in order: $ZONGHENG_RESOURCES/<name>, corpus/<name> and models/<name> of the clone
    this package runs from, and the copy inside the installed wheel. Raises ResourceError that lists
    the places looked at.
    """
    clone = _PACKAGE.parent
    places = [clone / "corpus" / name, clone / "models" / name, _PACKAGE / "shipped" / name]
    named = os.environ.get(ENVIRONMENT_VARIABLE, "")
    if named:
        places.insert(0, Path(named) / name)
    for place in places:
        if place.is_dir():
            return place
    looked = ", ".join(str(place) for place in places)
    raise ResourceError(
        f"the resource folder {name!r} was not found (looked at: {looked}); reinstall zongheng, "
        f"or set {ENVIRONMENT_VARIABLE} to the folder that holds {name!r}"
    )
