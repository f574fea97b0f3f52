"""Files: CSV, XLSX, Parquet, JSON Lines, mbox and vCard. Read only: a file cannot be answered."""

from mutuals.connectors.contract import Connector
from mutuals.connectors.files.posts import parse

CONNECTOR = Connector(name="files", label="Files", parse=parse)
