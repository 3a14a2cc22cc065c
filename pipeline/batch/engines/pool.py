"""Workers that are given parts, and replaced when they die, whatever they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from pipeline.batch.parts import MAX_CRASHES, Part, Work, after_crash
from pipeline.errors import RunError

# With one part waiting a worker never waits for the driver; with more, memory would grow.
PARTS_AHEAD = 2


class Member(Protocol):
    """A worker as its driver sees it. parts: those it has, the one it is at first. loaded: whether
    it has its extractor."""

    parts: deque[Part]
    loaded: bool

    def give(self, part: Part) -> None:
        """Add `part` to what it has to do; one that is dead may take it, too."""


M = TypeVar("M", bound=Member)


class Pool(Generic[M]):
    """At most `limit` workers; as few as there are parts for.

    parts: drawn from as workers come free. start: makes a worker.
    """

    def __init__(
        self, work: Work, parts: Iterator[Part], limit: int, start: Callable[[], M]
    ) -> None:
        self.members: list[M] = []
        self._work = work
        self._parts = parts
        self._limit = limit
        self._start = start
        self._again: deque[Part] = deque()
        # Deaths while loading with no other worker loaded in between, and who was started since.
        self._stillborn = 0
        self._newer: list[M] = []

    def hand_out(self) -> bool:
        """Give every worker its parts; whether there are any left to wait for."""
        for ahead in range(PARTS_AHEAD):
            free = [member for member in self.members if len(member.parts) <= ahead]
            while free or (not ahead and len(self.members) < self._limit):
                part = self._again.popleft() if self._again else next(self._parts, None)
                if part is None:
                    break
                if free:
                    member = free.pop()
                else:
                    member = self._start()
                    self.members.append(member)
                    self._newer.append(member)
                member.give(part)
        return any(member.parts for member in self.members)

    def bury(self, member: M, status: str) -> None:
        """Take back the parts of a worker that died with that exit `status`; what it was at counts
        as a crash. Raises RunError where workers die while they load."""
        self.members.remove(member)
        if member.loaded:
            if member.parts:
                member.parts[0] = after_crash(self._work, member.parts[0])
        else:
            again = not any(newer.loaded for newer in self._newer)
            self._stillborn = self._stillborn + 1 if again else 1
            self._newer.clear()
            if self._stillborn >= MAX_CRASHES:
                raise RunError(
                    f"workers die while they load ({status}); is there memory for so many? Fewer "
                    "need less: --workers 1"
                )
        self._again.extendleft(reversed(member.parts))
