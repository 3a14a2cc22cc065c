"""Runs that are killed again and again must write the bytes of one that is not; run by `make soak`.

Each round kills -9 in turn a worker process, the driver, a worker process of Ray and the driver of
a run by Ray, once or more, at moments that chance (of --seed) decides; the same command is given
until the run ends. Exit status 1 where outputs differ or a process outlives its driver. Linux only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from pipeline import __version__
from tests.soak.rounds import VICTIMS, Round, Soak, Undisturbed, Victim
from tests.speed import articles as texts_of

OUT = Path(__file__).parents[2] / "outputs" / "soak"
FAULTY = 0.15


def main() -> int:
    chosen = _options()
    victims = _victims(chosen.victims)
    chosen.out.mkdir(parents=True, exist_ok=True)
    lines = texts_of.paragraphs(article.text for article in texts_of.seed_articles())
    some = texts_of.records(lines, chosen.articles, chosen.longest, chosen.seed, faulty=FAULTY)
    source = texts_of.write_compressed(chosen.out / "articles.jsonl.zst", some)
    soak = Soak(source, chosen.out, chosen.workers, chosen.seed)

    usual: dict[str, Undisturbed] = {}
    for engine in dict.fromkeys(victim.engine for victim in victims):
        one = usual[engine] = soak.undisturbed(engine)
        print(f"undisturbed, {engine}: {one.items} items, {one.wall:.1f} s", flush=True)
    differ = len({tuple(one.digests.values()) for one in usual.values()}) > 1
    if differ:
        print("undisturbed: the engines' outputs DIFFER")

    numbers = [chosen.round] if chosen.round else range(1, chosen.rounds + 1)
    rounds: list[Round] = []
    for number in numbers:
        victim = victims[(number - 1) % len(victims)]
        rounds.append(soak.round(number, victim, usual[victim.engine]))
        print(told(rounds[-1], chosen.rounds), flush=True)
    left = soak.left_at_last()
    failed = bool(differ or left or not all(one.passed for one in rounds))
    print(f"\n{table(rounds).to_string(index=False, float_format='{:.1f}'.format)}\n")
    for command in left:
        print(f"still there at the end: {command}")
    report = {
        "zongheng": __version__,
        "seed": chosen.seed,
        "articles": chosen.articles,
        "longest": chosen.longest,
        "workers": chosen.workers,
        "victims": [victim.name for victim in victims],
        "undisturbed": {engine: asdict(one) for engine, one in usual.items()},
        "rounds": [{**asdict(one), "passed": one.passed} for one in rounds],
        "left": left,
        "passed": not failed,
    }
    path = chosen.out / "soak.json"
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
    if failed:
        print(f"FAILED; to repeat a round: the same options, --seed {chosen.seed} --round NUMBER")
    print(f"→ {path}")
    return int(failed)


def told(one: Round, rounds: int) -> str:
    """A line of what came of a round."""
    what = [f"{one.missed} missed"] * bool(one.missed)
    what += [f"DIFFERENT: {', '.join(one.differing)}"] if one.differing else ["same bytes"]
    what += [f"LEFT BEHIND: {', '.join(one.left)}"] * bool(one.left)
    what += [f"FAILED: {one.error}"] * bool(one.error)
    kills = ", ".join(one.kills)
    return (
        f"round {one.number}/{rounds}: {one.victim} at {kills}: {'; '.join(what)}; {one.wall:.1f} s"
    )


def table(rounds: Sequence[Round]) -> pd.DataFrame:
    """A row for each kind of victim. gone_s: the most seconds until the workers of a killed driver
    were gone."""
    rows = []
    for name in dict.fromkeys(one.victim for one in rounds):
        some = [one for one in rounds if one.victim == name]
        rows.append(
            {
                "victim": name,
                "rounds": len(some),
                "kills": sum(len(one.kills) - one.missed for one in some),
                "missed": sum(one.missed for one in some),
                "different": sum(bool(one.differing) for one in some),
                "left_behind": sum(len(one.left) for one in some),
                "failed": sum(bool(one.error) for one in some),
                "gone_s": max(one.gone for one in some),
            }
        )
    return pd.DataFrame(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--round", type=int, default=0, help="the round of this number alone")
    parser.add_argument("--articles", type=int, default=240, help="lines of generated input")
    parser.add_argument("--longest", type=int, default=2_000, help="characters of the longest")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--victims",
        default=",".join(victim.name for victim in VICTIMS),
        help="what is killed in turn (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--out", type=Path, default=OUT, help="folder of soak.json and of the runs")
    chosen = parser.parse_args()
    if min(chosen.rounds, chosen.articles, chosen.workers) < 1 or chosen.round < 0:
        parser.error("--rounds, --round, --articles and --workers are at least 1")
    unknown = set(chosen.victims.split(",")) - {victim.name for victim in VICTIMS}
    if unknown:
        parser.error(f"--victims: unknown: {', '.join(sorted(unknown))}")
    if not Path("/proc/self/stat").exists():
        parser.error("needs /proc, by which it finds the processes to kill: run it on Linux")
    return chosen


def _victims(names: str) -> list[Victim]:
    """Those of that name, without Ray's where it is not installed."""
    victims = [victim for victim in VICTIMS if victim.name in names.split(",")]
    if any(victim.engine == "ray" for victim in victims) and not find_spec("ray"):
        print("Ray is not installed: no rounds with it (pip install 'zongheng[scale]')")
        victims = [victim for victim in victims if victim.engine != "ray"]
    return victims


if __name__ == "__main__":
    sys.exit(main())
