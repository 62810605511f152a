"""Long word lists, left as the sorted text that they are: a tenth of what a ``dict`` takes."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from sys import getsizeof
from typing import Generic, TypeVar, overload

SEPARATOR = "\t"
_BLOCK = 384
"""Bytes, some thirty lines: what is searched for one word."""
_KEPT = 4096
"""The last words looked up, of which the answer is kept: messages are made of few."""

V = TypeVar("V")
D = TypeVar("D")


class Gazetteer(Mapping[str, V], Generic[V]):
    """Word → what ``read`` makes of the word and of what stands behind it on its line.

    ``lines``: ``word TAB value`` each, sorted by word, every word once, ``end`` after each.
    """

    def __init__(
        self, lines: bytes, read: Callable[[str, str], V], *, end: str = "\n", kept: int = _KEPT
    ) -> None:
        self._end = end
        self._text, self._read = end.encode() + lines, read
        self._starts, self._first = _blocks(self._text, end.encode())
        self._found = lru_cache(maxsize=kept)(self._look_up)

    def _look_up(self, word: str) -> V | None:
        block = bisect_right(self._first, word) - 1
        if block < 0 or self._end in word:
            return None
        line = f"{self._end}{word}{SEPARATOR}".encode(errors="surrogatepass")
        at = self._text.find(line, self._starts[block], self._starts[block + 1])
        if at < 0:
            return None
        value = self._text[at + len(line) : self._text.index(line[:1], at + len(line))]
        return self._read(word, value.decode())

    @overload
    def get(self, word: str, /) -> V | None: ...
    @overload
    def get(self, word: str, default: V | D, /) -> V | D: ...
    def get(self, word: str, default: object = None, /) -> object:
        found = self._found(word)
        return default if found is None else found

    def __getitem__(self, word: str) -> V:
        found = self._found(word)
        if found is None:
            raise KeyError(word)
        return found

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._found(word) is not None

    def __len__(self) -> int:
        return self._text.count(self._end.encode()) - 1

    @property
    def nbytes(self) -> int:
        """What the lines and their index take, without the answers that are kept."""
        index = sum(map(getsizeof, self._first)) + getsizeof(self._first)
        return getsizeof(self._text) + getsizeof(self._starts) + index

    def __iter__(self) -> Iterator[str]:
        return (word for word, _ in self._rows())

    def rows(self) -> Iterator[tuple[str, V]]:
        """Every word with its value, in order; nothing of it is kept."""
        return ((word, self._read(word, value)) for word, value in self._rows())

    def _rows(self) -> Iterator[tuple[str, str]]:
        """A block at a time, so that the whole is never there twice."""
        for start, end in zip(self._starts, self._starts[1:], strict=False):
            for line in self._text[start + 1 : end].decode().split(self._end):
                word, _, value = line.partition(SEPARATOR)
                yield word, value


def _blocks(text: bytes, end: bytes) -> tuple[array[int], list[str]]:
    """Where each block begins (and at last the text's end), and its first word."""
    starts, first = array("L"), list[str]()
    at, last = 0, len(text) - 1
    while 0 <= at < last:
        starts.append(at)
        first.append(text[at + 1 : text.index(SEPARATOR.encode(), at)].decode())
        at = text.find(end, at + _BLOCK)
    starts.append(last)
    return starts, first
