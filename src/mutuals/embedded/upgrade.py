"""From one major version of PostgreSQL to the next: dump, fill a new data folder, keep the old one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mutuals.embedded.backup import backup, restore
from mutuals.embedded.places import Cluster, major_of_programs
from mutuals.embedded.refusals import Refused
from mutuals.embedded.server import down, up


def upgrade_of(cluster: Cluster, *, old_programs: Path | None, options: Mapping[str, str]) -> str:
    """Bring the data folder to the version of `cluster.programs`; returns what was done, for people.

    The data folder of before stays beside the new one and comes back if anything fails. Refuses without the programs of
    the old version and never goes backwards. Only the database of Mutuals is carried over.
    """
    version_file = cluster.data / "PG_VERSION"
    if not version_file.is_file():
        return "There is no database yet, so there is nothing to upgrade."
    old, new = int(version_file.read_text()), major_of_programs(cluster.programs)
    if old == new:
        return f"The database is of PostgreSQL {new} already."
    if old > new:
        raise Refused(f"The data is of PostgreSQL {old}, newer than the programs ({new}): PostgreSQL never goes back.")
    before = replace(cluster, programs=_programs_of(old, old_programs))
    dump = backup(
        up(before, options=options), cluster.state / "backups" / f"before-{new}.dump", programs=cluster.programs
    )
    down(before)
    aside = cluster.data.with_name(f"data-{old}")
    if aside.exists():
        raise Refused(f"{aside} is left from an earlier upgrade: move it away first.")
    cluster.data.rename(aside)
    try:
        restore(up(cluster, options=options), dump, programs=cluster.programs)
    except BaseException:
        down(cluster)
        if cluster.data.exists():
            cluster.data.rename(cluster.data.with_name(f"data-{new}-failed"))
        aside.rename(cluster.data)
        raise
    return f"Upgraded from PostgreSQL {old} to {new}. The old data is kept in {aside}: remove it when all is well."


def _programs_of(major: int, given: Path | None) -> Path:
    folder = given or Path(f"/usr/lib/postgresql/{major}/bin")
    if not (folder / "postgres").is_file() or major_of_programs(folder) != major:
        raise Refused(
            f"To read the old data PostgreSQL {major} itself is needed: install the package postgresql-{major}, "
            "or name the folder of its programs by --old-programs."
        )
    return folder
