"""What this room says no with; the message is for the person at the terminal and names the remedy."""


class Refused(Exception):
    """The database cannot or may not do this."""


class VersionMismatch(Refused):
    """The data folder was written by another major version of PostgreSQL than the programs at hand."""


class Damaged(Refused):
    """A backup is not what was written."""
