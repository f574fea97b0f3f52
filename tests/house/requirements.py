"""The requirements of product.md, each with the story tests whose docstrings name its id: `make requirements`.

Reads `../shared/product.md` beside the checkout, or the file named on the command line. A story names what it proves by
the ids in its docstring, or in its module's docstring for all of its tests.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("tests", "src")
_ROW = re.compile(r"^\|\s*([A-Z]\d{1,2})\s*(★?)\s*\|\s*([^|]+?)\s*\|")
_ID = re.compile(r"\b[A-Z]\d{1,2}\b")


@dataclass(frozen=True)
class Requirement:
    """One row of product.md; `is_central` is its star."""

    id: str
    is_central: bool
    words: str


def requirements_in(text: str) -> list[Requirement]:
    """The rows in their order, without those of the table of seed files, whose second cell is a file name."""
    rows = (_ROW.match(line) for line in text.splitlines() if "| `" not in line)
    return [Requirement(row[1], bool(row[2]), row[3]) for row in rows if row]


def stories_in(source: str, name: str) -> Iterator[tuple[str, str]]:
    """(id, test) for every id that a test's docstring, or its module's, names."""
    module = ast.parse(source)
    shared = set(_ID.findall(ast.get_docstring(module) or ""))
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for id in sorted(shared | set(_ID.findall(ast.get_docstring(node) or ""))):
                yield id, f"{name}::{node.name}"


def table(requirements: Iterable[Requirement], proofs: dict[str, list[str]]) -> str:
    """One block per requirement: its words, then its stories, or that there are none yet."""
    lines = []
    for requirement in requirements:
        star = "*" if requirement.is_central else " "
        lines.append(f"{requirement.id:<4}{star} {requirement.words[:110]}")
        lines += [f"        {test}" for test in proofs.get(requirement.id, [])] or ["        -"]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """0, or 1 where product.md is not there."""
    product = Path(arguments[0]) if arguments else ROOT.parent / "shared" / "product.md"
    if not product.is_file():
        print(f"There is no {product}: name the file of requirements on the command line.", file=sys.stderr)
        return 1
    requirements = requirements_in(product.read_text())
    known = {requirement.id for requirement in requirements}
    proofs: dict[str, list[str]] = {}
    for file in sorted(file for place in PLACES for file in (ROOT / place).rglob("test_*.py")):
        if "node_modules" not in file.parts:
            for id, test in stories_in(file.read_text(), str(file.relative_to(ROOT))):
                if id in known:
                    proofs.setdefault(id, []).append(test)
    print(table(requirements, proofs))
    print(f"\n{len(proofs)} of {len(requirements)} requirements have a story.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
