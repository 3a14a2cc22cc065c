"""What `zongheng corpus convert` does and tells; loaded by that command alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline.cleaning.script import converter
from pipeline.cli.terminal import print_note, safe
from pipeline.corpus.convert import WRITERS, try_read, write_interface, write_tasks
from pipeline.corpus.drafts import Draft, by_uncertainty, distinct, drafts
from pipeline.corpus.passages import Passage
from pipeline.errors import CorpusError
from pipeline.run_folder import RunFolder


def convert_runs(
    paths: list[Path], to: str, out: Path, *, max_chars: int, uncertain_first: bool
) -> None:
    """Run folders as passages, or as tasks with predictions, and what could not be kept."""
    runs = [RunFolder.open(path) for path in paths]
    found = list(_drafts(runs, max_chars))
    kept = distinct(found)
    if uncertain_first:
        kept = by_uncertainty(kept)
    if to == "label-studio":
        interface = write_interface(out)
        write_tasks(kept, out)
    else:
        WRITERS[to]([draft.passage for draft in kept], out)
    articles = len({draft.article for draft in kept})
    print(f"{len(kept):,} passages of {articles:,} articles → {safe(str(out))}")
    if len(kept) < len(found):
        print(f"  {len(found) - len(kept)} left out, whose text another has")
    longer = sum(len(draft.passage.text) > max_chars for draft in kept)
    if longer:
        print(f"  {longer} longer than --max-chars, where a cut would part a triple or a sentence")
    lost = Counter(kind for draft in kept for kind in draft.lost)
    if lost:
        told = ", ".join(f"{count} × {kind}" for kind, count in sorted(lost.items()))
        print(f"  without a place in the text of their own, left out: {told}")
    if to == "label-studio":
        print(f"labelling interface → {safe(str(interface))}")


def _drafts(runs: list[RunFolder], max_chars: int) -> Iterator[Draft]:
    """The drafts of all runs, with a bar on a terminal that counts articles."""
    from rich.console import Console
    from rich.progress import Progress

    simplify = converter().simplify
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        for run in runs:
            total = run.manifest.get("counts", {}).get("articles")
            task = bar.add_task("articles", total=total)
            article = ""
            for draft in drafts(run, simplify=simplify, max_characters=max_chars):
                if draft.article != article:
                    article = draft.article
                    bar.advance(task)
                yield draft


def convert_files(
    paths: list[Path], source: str, to: str, out: Path, *, keep_unannotated: bool, skip_bad: bool
) -> None:
    """Files of passages or of other tools, and what was left out of them."""
    passages: list[Passage] = []
    errors: list[str] = []
    untouched = 0
    for passage in try_read(paths, source, keep_unannotated=keep_unannotated):
        if isinstance(passage, CorpusError):
            errors.append(str(passage))
        elif passage is None:
            untouched += 1
        else:
            passages.append(passage)
    if errors and not skip_bad:
        told = f"{len(errors)} faults; mend them, or leave these out with --skip-bad"
        raise CorpusError("\n".join([*errors, told]))
    interface = write_interface(out) if to == "label-studio" else None
    WRITERS[to](passages, out)
    for error in errors:
        print_note(f"left out: {error}")
    print(f"{len(passages):,} passages → {safe(str(out))}")
    if errors:
        print(f"  {len(errors)} left out that break a rule")
    if untouched:
        print(f"  {untouched} left out that nobody has annotated")
    if interface:
        print(f"labelling interface → {safe(str(interface))}")
