"""Runs of GBK text that an inserted annotation has shifted by one byte: found by the bytes, decided
by a language model.

The page's software put "(pinyin)" behind two bytes that it took for a character, wherever they met.
Where they were the second half of one character and the first half of the next, the decoder then
read `lead + "("` as one undefined pair, shown as "?", and every following pair straddled two
characters, until an odd byte set it right again. The way back: what is shown is turned into bytes
again, the swallowed lead is looked up by its reading, and the characters are read one byte later.
Some bytes are gone (a pair of the user-defined zones was dropped, a "?" stands for two unknown
ones); there every possibility is kept in a beam and the language model ranks whole runs.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from typing import NamedTuple

from pipeline.cleaning import gbk
from pipeline.cleaning.language_model import CharacterModel
from pipeline.cleaning.pinyin import trails_reading

# Beam and look-ahead were chosen on simulated damage: wider ones gain nothing there and cost time.
BEAM = 10
LOOK_AHEAD = 4
MAX_RUN_UNITS = 160
# Of a place that bytes leave open only these many best continuations are followed.
BEST_OPEN = 6
COMMON_ENDS = 40
# A character that bytes leave open counts as certain when the model gives it this share of all that
# they admit there.
CERTAIN_SHARE = 0.99
# The model asks too much of the two characters that a dropped pair adds; in nats for each.
# Characters right inside simulated shifted runs: 0.909 at 0, 0.913 at 2, 0.898 at 4.
DROP_BONUS = 1.0
# What speaks against a character written in the other script than the page's, in nats. Characters
# right inside simulated runs: 0.866 without it, 0.899 with it. (That the site annotates a
# character elsewhere says nothing: neighbouring matches break each other.)
WRONG_SCRIPT = 6.0

_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》—…·％")
# What a "?" can have swallowed. Characters right inside simulated runs: 0.914 without the line
# break, 0.918 with it.
_EATEN = ("\n", *map(chr, range(0x20, 0x40)))


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of the damaged page. kind: "character", "annotation" ("(dá)") or "swallow"
    ("?dá)")."""

    kind: str
    text: str
    start: int
    end: int
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A character recovered at the unit of that index; -1: between two units, from nothing shown.

    certain: its bytes are all there, or leave the language model no doubt. On simulated damage of
        held-out text 99.4 % of such characters were right, and 80 % of the others.
    """

    character: str
    unit: int
    certain: bool


class _Link(NamedTuple):
    """A character that a path has read, and the way to those before it; open: the bytes admitted
    others."""

    before: _Link | None
    character: str
    unit: int
    open: bool


class _Path(NamedTuple):
    """One reading of the run so far.

    carry: what the lead byte that waits for its second one can be; one value where it is known,
        none where the run is realigned. settled: units since then; tail: characters read of them.
    """

    score: float
    before: str
    previous: str
    carry: tuple[int, ...]
    chain: _Link | None
    settled: int = 0
    tail: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What the rest of a page tells about a run: its script, and the characters that stand in it
    whole."""

    traditional: bool
    shown: frozenset[str]


class Realigner:
    """Reads shifted runs, one at a time whatever thread asks; owns its language model.

    simplify, complicate: Traditional → Simplified and back, for single characters.
    """

    def __init__(
        self,
        model: CharacterModel,
        simplify: Callable[[str], str],
        complicate: Callable[[str], str],
    ) -> None:
        self._model = model
        self._simplify = lru_cache(maxsize=32_768)(simplify)
        self._complicate = lru_cache(maxsize=32_768)(complicate)
        self._open_ends = lru_cache(maxsize=65_536)(self._common_ends)
        # Of the page that is being read, for as long as its runs are asked for one after the other.
        self._page = Page(False, frozenset())
        self._costs: dict[str, float] = {}
        self._alone = threading.Lock()

    def page(self, units: Sequence[Unit]) -> Page:
        """What the page of these units tells about its runs."""
        shown = [unit.text for unit in units if unit.kind == "character"]
        traditional = sum(self._simplify(character) != character for character in shown)
        simplified = sum(self._complicate(character) != character for character in shown)
        return Page(traditional > simplified, frozenset(shown))

    def _cost(self, character: str) -> float:
        """What the page says against `character` inside a run."""
        known = self._costs.get(character)
        if known is None:
            page = self._page
            other = self._complicate if page.traditional else self._simplify
            wrong = character not in page.shown and other(character) != character
            known = WRONG_SCRIPT if wrong else 0.0
            self._costs[character] = known
        return known

    def realign(
        self, units: Sequence[Unit], at: int, shown: Sequence[str], page: Page
    ) -> tuple[tuple[Recovered, ...], int] | None:
        """The run that begins with the swallow at `units[at]`, and the index of the unit behind it.

        shown: the characters before it, already repaired. None where no reading fits the bytes.
        """
        with self._alone:
            if page is not self._page:
                self._page, self._costs = page, {}
            return self._realign(units, at, shown)

    def _realign(
        self, units: Sequence[Unit], at: int, shown: Sequence[str]
    ) -> tuple[tuple[Recovered, ...], int] | None:
        paths = self._begin(units[at], shown)
        index = at + 1
        while paths and index < min(len(units), at + MAX_RUN_UNITS):
            if all(path.settled >= LOOK_AHEAD for path in paths):
                break
            unit = units[index]
            if unit.kind != "annotation":
                paths = _best(next_ for path in paths for next_ in self._read(path, unit, index))
            index += 1
        ended = [path for path in paths if not path.carry]
        if not ended:
            return None
        return self._result(max(ended, key=lambda path: path.score), at)

    def gain(self, before: str, after: str) -> float:
        """By how many nats per character `after` is more plausible than `before`."""
        plain_before = "\n\n" + "".join(map(self._simplify, before))
        plain_after = "\n\n" + "".join(map(self._simplify, after))
        return self._model.entropy(plain_before) - self._model.entropy(plain_after)

    def _begin(self, swallow: Unit, shown: Sequence[str]) -> list[_Path]:
        if not shown:
            return []
        last = shown[-1]
        # Full-width ASCII is shown as ASCII: "，" has become ",".
        encoded = (0xA3, ord(last) + 0x80) if "!" <= last <= "~" else gbk.pair(last)
        if encoded is None:
            return []
        before = self._simplify(shown[-2]) if len(shown) > 1 else "\n"
        previous = self._simplify(last)
        trails = trails_reading(encoded[1], swallow.reading)
        return [_Path(0.0, before, previous, (trail,), None) for trail in trails]

    def _read(self, path: _Path, unit: Unit, index: int) -> Iterator[_Path]:
        """The paths that go on from `path` when `unit` is shown next."""
        if not path.carry:
            if unit.kind == "swallow":  # the next run; nothing about it is known here
                yield path._replace(settled=LOOK_AHEAD)
            else:
                read = self._step(path, unit.text, (), index)
                yield read._replace(settled=path.settled + 1, tail=path.tail + 1)
            return
        if unit.kind == "swallow":
            pairs = [(lead, t) for lead in path.carry for t in trails_reading(lead, unit.reading)]
            for lead, trail in pairs:
                character = gbk.character(lead, trail)
                yield self._step(path, character, (), index, open_=len(pairs) > 1)
            return
        for start in (path, *self._dropped(path)):
            if unit.text == "?":
                yield from self._question(start, index)
            elif unit.text == "€":  # byte 80 alone, which ends characters such as 個
                yield from self._emit(start, 0x80, (), index)
            elif unit.text.isascii():
                code = ord(unit.text)
                if code > 0x20:
                    yield from self._emit(start, 0xA3, (code + 0x80,), index)
                if 0x40 <= code < 0x7F:
                    yield from self._emit(start, code, (), index)
            else:
                encoded = gbk.pair(unit.text)
                if encoded:
                    yield from self._emit(start, encoded[0], (encoded[1],), index)

    def _dropped(self, path: _Path) -> Iterator[_Path]:
        """A pair of the user-defined zones stood here and was dropped: its first byte ends a
        character, its second is the lead of the next."""
        if len(path.carry) == 1:
            for dropped in self._straddled(path, gbk.straddling(dropped=True), -1):
                yield dropped._replace(score=dropped.score + DROP_BONUS)

    def _question(self, path: _Path, index: int) -> Iterator[_Path]:
        """ "?" in a shifted run: an undefined pair, a byte that swallowed the ASCII sign behind it,
        or "？"."""
        yield from self._emit(path, 0xA3, (0xBF,), index)
        if len(path.carry) == 1:
            yield from self._straddled(path, gbk.straddling(dropped=False), index)
            for end in self._likeliest(path, _ends_of(path.carry[0]), (), index):
                for sign in _EATEN:
                    yield self._step(end, sign, (), -1, open_=True)

    def _straddled(
        self, path: _Path, zone: Mapping[int, tuple[int, ...]], index: int
    ) -> Iterator[_Path]:
        """A pair of `zone` (lead → trails) stood here: its lead ends a character, its trail begins
        the next."""
        lead = path.carry[0]
        trails = [trail for trail in zone if _likely(gbk.character(lead, trail))]
        ends = [gbk.character(lead, trail) for trail in trails]
        for at, doubtful in self._ranked(path, ends):
            yield self._step(path, ends[at], zone[trails[at]], index, open_=doubtful)

    def _emit(self, path: _Path, trail: int, carry: tuple[int, ...], index: int) -> Iterator[_Path]:
        """The character that `trail` completes; `carry` waits next."""
        if len(path.carry) == 1:
            character = gbk.character(path.carry[0], trail)
            if character:
                yield self._step(path, character, carry, index)
        else:
            yield from self._likeliest(path, self._open_ends(path.carry, trail), carry, index)

    def _likeliest(
        self, path: _Path, characters: Sequence[str], carry: tuple[int, ...], unit: int
    ) -> list[_Path]:
        """The BEST_OPEN likeliest of `characters` behind `path`."""
        return [
            self._step(path, characters[at], carry, unit, open_=doubtful)
            for at, doubtful in self._ranked(path, characters)
        ]

    def _ranked(self, path: _Path, characters: Sequence[str]) -> list[tuple[int, bool]]:
        """Indexes of the BEST_OPEN likeliest of `characters`, and whether each is open to doubt."""
        cost, simplify = self._cost, self._simplify
        behind = self._model.behind(path.before, path.previous)
        gains = [behind[simplify(c)] - cost(c) for c in characters]
        whole = sum(map(math.exp, gains))
        best = nlargest(BEST_OPEN, range(len(gains)), key=gains.__getitem__)
        return [(at, math.exp(gains[at]) < CERTAIN_SHARE * whole) for at in best]

    def _common_ends(self, leads: tuple[int, ...], trail: int) -> tuple[str, ...]:
        """The COMMON_ENDS commonest characters that end with `trail` and begin with one of
        `leads`."""
        ends = (c for lead in leads if _likely(c := gbk.character(lead, trail)))
        return tuple(
            nlargest(COMMON_ENDS, ends, key=lambda c: self._model.count(self._simplify(c)))
        )

    def _step(
        self,
        path: _Path,
        character: str,
        carry: tuple[int, ...],
        unit: int,
        *,
        open_: bool = False,
    ) -> _Path:
        plain = self._simplify(character)
        gain = self._model.log_probability(path.before, path.previous, plain)
        if path.carry:
            gain -= self._cost(character)
        chain = _Link(path.chain, character, unit, open_)
        return _Path(path.score + gain, path.previous, plain, carry, chain)

    def _result(self, best: _Path, at: int) -> tuple[tuple[Recovered, ...], int]:
        links: list[_Link] = []
        link = best.chain
        while link is not None:
            links.append(link)
            link = link.before
        links.reverse()
        # What was read after realigning only judged the run; it is read again in its own right.
        chosen = links[: len(links) - best.tail]
        recovered = tuple(Recovered(one.character, one.unit, not one.open) for one in chosen)
        return recovered, max((one.unit for one in chosen), default=at) + 1


@lru_cache(maxsize=256)
def _ends_of(lead: int) -> tuple[str, ...]:
    """The likely characters that begin with `lead`."""
    return tuple(c for trail in gbk.LEADS if _likely(c := gbk.character(lead, trail)))


def _likely(character: str) -> bool:
    """Han characters and Chinese punctuation: what running text is made of."""
    return "\u4e00" <= character <= "\u9fff" or character in _PUNCTUATION


def _best(paths: Iterable[_Path]) -> list[_Path]:
    """The BEAM likeliest paths of each kind (realigned, known carry, open carry), one a state.

    A state is what the rest can depend on. An open carry looks likely until its end is seen, and
    would crowd out the other kinds.
    """
    kept: dict[int, dict[tuple[str, str, tuple[int, ...]], _Path]] = {0: {}, 1: {}, 2: {}}
    for path in sorted(paths, key=lambda path: -path.score):
        kind = kept[min(len(path.carry), 2)]
        if len(kind) < BEAM:
            kind.setdefault((path.before, path.previous, path.carry), path)
    return [path for kind in kept.values() for path in kind.values()]
