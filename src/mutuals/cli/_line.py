"""The line on a terminal that tells how far work on files is, and the notes that come in between."""

from __future__ import annotations

import sys

_BAR = 24  # characters


class Line:
    """Draws on standard error: nothing where that is no terminal, and no notes either where it is `quiet`."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar = not quiet and sys.stderr.isatty()
        self._step = ""

    def draw(self, step: str, done: int, total: int) -> None:
        """How far it is; fits connectors.files.work.Told."""
        if not self._bar:
            return
        if self._step and step != self._step:
            self.end()
        self._step = step
        share = min(done / total, 1) if total else 0
        bar = f"[{'#' * round(share * _BAR):<{_BAR}}] " if total else ""
        count = f" {done:,} of {total:,}" if total else f" {done:,}" if done else ""
        print(f"\r{f'{bar}{_printable(step)}{count}'[:110]:<110}", end="", file=sys.stderr, flush=True)

    def note(self, words: str) -> None:
        """What a person should know of a file."""
        if not self._quiet:
            self.end()
            print("note:", _printable(words), file=sys.stderr)

    def end(self) -> None:
        """The line stays as it is; what is printed next begins a new one."""
        if self._step:
            print(file=sys.stderr)
        self._step = ""


def _printable(text: str) -> str:
    """Words of a file on a terminal: nothing that would steer it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
