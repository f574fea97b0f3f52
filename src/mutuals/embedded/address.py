"""Where a database is and how to get in."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mutuals.embedded.refusals import Refused

_OWN = ("host", "port", "user", "password", "dbname")


@dataclass(frozen=True)
class Address:
    """One database. `host` is a name, an IP address or the folder of a unix socket; `parameters` are libpq's others."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    dbname: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read `postgresql://...` or a libpq key=value line; refuses what libpq itself would not understand."""
        try:
            parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        except ProgrammingError as error:
            raise Refused(f"DATABASE_URL is not an address that PostgreSQL understands: {error}".strip()) from error
        if not parts.get("dbname"):
            raise Refused("DATABASE_URL names no database: write postgresql://user:password@host:5432/name")
        try:
            port = int(parts.get("port", "5432"))
        except ValueError as error:
            raise Refused("DATABASE_URL may name one server and one port only") from error
        return cls(
            host=parts.get("host", "localhost"),
            port=port,
            user=parts.get("user", "postgres"),
            password=parts.get("password", ""),
            dbname=parts["dbname"],
            parameters=tuple(sorted((name, value) for name, value in parts.items() if name not in _OWN)),
        )

    def named(self, dbname: str) -> Address:
        """The same server and user, another database."""
        return Address(self.host, self.port, self.user, self.password, dbname, self.parameters)

    def dsn(self) -> str:
        """A libpq connection line, the password included: never print it."""
        parts: dict[str, str | int] = {"host": self.host, "port": self.port, "user": self.user, "dbname": self.dbname}
        if self.password:
            parts["password"] = self.password
        return make_conninfo("", **parts, **dict(self.parameters))

    def url(self) -> str:
        """The same as a value for DATABASE_URL, the password included."""
        word = f":{quote(self.password, safe='')}" if self.password else ""
        query = urlencode([("host", self.host), ("port", self.port), *self.parameters], quote_via=quote)
        return f"postgresql://{quote(self.user, safe='')}{word}@/{quote(self.dbname, safe='')}?{query}"

    def plain(self) -> str:
        """The same for people and for command lines, without the password."""
        return make_conninfo(
            "", host=self.host, port=self.port, user=self.user, dbname=self.dbname, **dict(self.parameters)
        )

    def environ(self) -> dict[str, str]:
        """What PostgreSQL's own programs want beside `plain()`; keeps the password off their command lines."""
        return {"PGPASSWORD": self.password} if self.password else {}
