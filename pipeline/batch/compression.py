"""Files opened as what they hold, compressed or not."""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from pipeline.errors import InputError

STDIN = "-"
COMPRESSED_SUFFIXES = (".gz", ".zst")

_GZIP_MAGIC = b"\x1f\x8b"
# A frame, or one to be skipped as parallel compressors put in front.
_ZSTD_MAGICS = (
    b"\x28\xb5\x2f\xfd",
    *(bytes((first,)) + b"\x2a\x4d\x18" for first in range(0x50, 0x60)),
)
_BUFFER_BYTES = 65_536
# Compressed bytes taken at once. Few, as all that they stand for is given at once: of zstd, where
# four bytes may stand for 128 KB, still some 32 MB.
_CHUNK_BYTES = 1_024


def shown(name: Path | str) -> str:
    """`name` as JSON may hold it: bytes of a file name that are not UTF-8 come as lone surrogates,
    and become question marks."""
    return str(name).encode("utf-8", "replace").decode("utf-8")


def bare_path(path: Path) -> Path:
    """`path` without the ending of a compression: news.jsonl for news.jsonl.gz."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSED_SUFFIXES else path


def open_stream(path: str, *, advance: Callable[[int], None] = lambda _: None) -> io.BufferedReader:
    """The bytes of the file at `path` ("-": of standard input), decompressed where they are gzip or
    zstd, in several members or frames too: its first bytes tell, not its name.

    advance: called with the number of bytes as they are read, before decompression.
    Raises OSError where the file cannot be read. Reading raises InputError where the compressed
    data turns out to be damaged or cut off, after what came before has been given: all of it to one
    who reads `.raw`, all whole lines to one who reads lines.
    """
    # Closed by what reads it.
    file = sys.stdin.buffer if path == STDIN else Path(path).open("rb")  # noqa: SIM115
    source: io.BufferedReader = io.BufferedReader(_Counting(file, advance), _BUFFER_BYTES)
    head = source.peek(4)[:4]
    name = "standard input" if path == STDIN else shown(path)
    if head.startswith(_GZIP_MAGIC):
        return io.BufferedReader(_Decompressing(source, name, "gzip", _gzip), _BUFFER_BYTES)
    if head in _ZSTD_MAGICS:
        return io.BufferedReader(_Decompressing(source, name, "zstd", _zstd), _BUFFER_BYTES)
    return source


class _Counting(io.RawIOBase):
    """Reads `file` and says how much; closes it."""

    def __init__(self, file: BinaryIO, advance: Callable[[int], None]) -> None:
        self._file = file
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        # Once at most: a pipe gives what it has.
        content = self._file.read1(len(buffer))  # type: ignore[attr-defined]
        buffer[: len(content)] = content
        self._advance(len(content))
        return len(content)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Frame(Protocol):
    """One member of gzip or one frame of zstd, as zlib and zstandard decompress it."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def _gzip() -> _Frame:
    return zlib.decompressobj(wbits=31)


def _zstd() -> _Frame:
    # Imported late: only zstd needs it.
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj()


class _Decompressing(io.RawIOBase):
    """What the frames in `source` hold, one after the other.

    Not by the packages' own readers: gzip's drops what it read before an error, and zstandard's
    takes data that is cut off for whole.
    """

    def __init__(
        self, source: io.BufferedReader, name: str, kind: str, new_frame: Callable[[], _Frame]
    ) -> None:
        self._source = source
        self._name = name
        self._kind = kind
        self._new_frame = new_frame
        self._frame: _Frame | None = None
        self._compressed = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            if not self._compressed:
                self._compressed = self._source.read1(_CHUNK_BYTES)
            if not self._compressed:
                if self._frame:
                    raise self._damage("cut off")
                return 0
            self._ready = memoryview(self._decompress())
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _decompress(self) -> bytes:
        if self._frame is None:
            # Zeros fill up what was written in blocks, as on a tape.
            self._compressed = self._compressed.lstrip(b"\0")
            if not self._compressed:
                return b""
            self._frame = self._new_frame()
        try:
            content = self._frame.decompress(self._compressed)
        # zstandard's error is its own; naming it would import the package for gzip too.
        except Exception as error:
            raise self._damage(str(error)) from error
        self._compressed = self._frame.unused_data if self._frame.eof else b""
        if self._frame.eof:
            self._frame = None
        return content

    def _damage(self, what: str) -> InputError:
        return InputError(
            f"{self._name}: the {self._kind} data is damaged or not whole ({what}); "
            "fetch or compress the file again"
        )

    def close(self) -> None:
        self._source.close()
        super().close()
