"""The four steps of an import, as the tests take them."""

from datetime import UTC, datetime
from pathlib import Path

from mutuals.capture.imports import begin, running
from mutuals.capture.models import Import
from mutuals.staff.models import Role, User

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def lead(role: Role = Role.LEAD) -> User:
    found = User.objects.filter(role=role).first()
    return found or User.objects.create_user(f"{role}@kettleworks.example", name="Ada", role=role)


def write(folder: Path, content: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def upload(path: Path, target: str = "people", *, source: str = "Shop") -> Import:
    return begin.begin(path, by=lead(), target=target, file_name=path.name, source_name=source, now=NOW)


def choose(of: Import, *, mapping: dict[str, str] | None = None, **options: object) -> Import:
    told = of.mapping if mapping is None else mapping
    if of.target == "posts":
        options = {"constants": {"public": "no"}} | options
    return begin.choose(of, by=lead(), mapping=told, options={**of.options, **options})


def check(of: Import, *, size: int = 500) -> Import:
    running.check(of, by=lead())
    running.check_now(of.pk, size=size)
    of.refresh_from_db()
    return of


def run(of: Import, *, size: int = 500) -> Import:
    running.run(of, by=lead())
    running.run_now(of.pk, size=size)
    of.refresh_from_db()
    return of


def whole(path: Path, target: str = "people", *, source: str = "Shop", size: int = 500, **options: object) -> Import:
    return run(check(choose(upload(path, target, source=source), **options), size=size), size=size)


def counted(of: Import, *names: str) -> tuple[int, ...]:
    assert of.preview == of.counts, (of.preview, of.counts, of.error)
    assert sum(of.counts.values()) == of.rows_done == of.rows_total
    return tuple(of.counts[name] for name in names or ("new", "updated", "same", "doubtful", "errors"))
