"""Put the real peers of `make test-peers` on this machine: Debian's packages (as root), then npm's.

`requirements/apt-peers.txt` names the packages, one a line; NAME/SUITE takes it from that suite of Debian, whose
sources are written from the machine's own ones. Without root the packages that are missing are printed with the line
to run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "requirements" / "apt-peers.txt"
SOURCES = Path("/etc/apt/sources.list.d")

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from peers import atproto_dev  # noqa: E402 - the path must be known first


def wanted(text: str) -> list[tuple[str, str]]:
    """(package, suite or "") of every line; what follows # is the reason."""
    names = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [(package, suite) for package, _, suite in (name.partition("/") for name in names if name)]


def installed(package: str) -> bool:
    """Whether dpkg has it whole."""
    told = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
    return told.stdout == "install ok installed"


def offered(package: str) -> bool:
    """Whether the machine's own sources already offer it."""
    told = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False)
    return bool(re.search(r"Candidate: (?!\(none\))", told.stdout))


def sources_for(suite: str, own: str) -> str:
    """A deb822 file for `suite` with the URIs and keys of the first stanza in `own` that is not about security."""
    for stanza in re.split(r"\n\s*\n", own):
        fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
        if "URIs" in fields and "security" not in fields.get("Suites", ""):
            fields["Suites"] = suite
            return "".join(f"{name}: {value}\n" for name, value in fields.items())
    raise LookupError(f"No deb822 source in {SOURCES} to take the address of {suite} from.")


def add_suite(suite: str) -> None:
    """Write the sources of `suite`, once."""
    file = SOURCES / f"mutuals-{suite}.sources"
    if not file.exists():
        own = "\n\n".join(path.read_text() for path in sorted(SOURCES.glob("*.sources")))
        file.write_text(sources_for(suite, own))


def apt(*arguments: str) -> None:
    """Quietly, and without questions or started services."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-q", "-y", *arguments], env=env, stdin=subprocess.DEVNULL, check=True)


def debian() -> bool:
    """Install what is missing; False when that cannot be done here."""
    lacking = [(package, suite) for package, suite in wanted(LIST.read_text()) if not installed(package)]
    if not lacking:
        return True
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"Missing: {' '.join(package for package, _ in lacking)}. As root run: {sys.executable} {__file__}")
        return False
    apt("update")
    suites = {suite for package, suite in lacking if suite and not offered(package)}
    for suite in suites:
        add_suite(suite)
    if suites:
        apt("update")
    names = [f"{package}/{suite}" if suite in suites else package for package, suite in lacking]
    apt("install", "--no-install-recommends", *names)
    return True


def main() -> int:
    """0 when every peer is here."""
    complete = debian()
    print(f"The AT Protocol network is in {atproto_dev.install()}")
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
