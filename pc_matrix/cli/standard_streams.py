"""Standard input and output as UTF-8, for a reader who may leave before the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper


def lines_in() -> Iterator[str]:
    """The lines of standard input as they come; a byte that is no UTF-8 is half a pair."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    for number, line in enumerate(sys.stdin):
        yield line.removeprefix("\ufeff") if number == 0 else line


def is_utf8(text: str) -> bool:
    """Whether the text can be written: no half of a pair, nothing that was no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def text_in() -> str:
    """All of standard input, in UTF-8 or else in Windows-1252."""
    text = "".join(lines_in())
    if is_utf8(text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


@contextmanager
def utf8_out() -> Iterator[None]:
    """Write what a program or a browser reads; nothing is wrong when the reader leaves early."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    with until_the_reader_leaves():
        yield


@contextmanager
def until_the_reader_leaves() -> Iterator[None]:
    """End the block quietly once nobody reads standard output any more (``| head``)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still in the buffer has to go somewhere when the interpreter ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
