"""The same training and scoring on Spark, for what outgrows a machine: the same model file, Splink's own functions.

Needs the extra `spark` and Java 17. Where a cluster is, is said by MUTUALS_SPARK_MASTER (all cores of this machine without
it), and how many parts a join is cut into by MUTUALS_SPARK_PARTITIONS. Spark adds in no promised order, and measures the
likeness of letters beyond ASCII in another way than DuckDB: weights agree to a few digits, not to the last bit.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow
from pyspark.sql import SparkSession
from splink.backends.spark import SparkAPI, similarity_jar_location

from mutuals.identity.model.batch import Bounds, Rows
from mutuals.identity.model.comparisons import SPARK


class Spark:
    """A session of Spark."""

    dialect = SPARK

    def __init__(self, session: Any) -> None:
        made: Any = SparkAPI
        self.api = made(spark_session=session, break_lineage_method="persist", num_partitions_on_repartition=2)
        self._session = session

    def bring(self, rows: Rows, name: str) -> list[str]:
        """A Parquet file has to lie where every worker finds it."""
        if isinstance(rows, Path):
            frame = self._session.read.parquet(str(rows))
        else:
            frame = self._session.table(rows) if isinstance(rows, str) else self._session.createDataFrame(rows)
        frame.createOrReplaceTempView(name)
        return [str(column) for column in frame.columns]

    def keep(self, name: str, query: str) -> None:
        """A view that is kept in the workers' memory or on their disks."""
        self._session.sql(query).persist().createOrReplaceTempView(name)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """All rows at once."""
        return [tuple(row) for row in self._session.sql(query).collect()]

    def arrow(self, query: str) -> pyarrow.Table:
        """All rows at once."""
        return self._session.sql(query).toArrow()


@contextmanager
def engine(bounds: Bounds) -> Iterator[Spark]:
    """A session that ends with the block and leaves nothing behind. `bounds.memory` is the driver's."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="mutuals-spark-") as folder:
        session = _session(bounds, folder)
        try:
            session.sparkContext.setLogLevel("ERROR")
            session.sparkContext.setCheckpointDir(f"{folder}/checkpoints")
            yield Spark(session)
        finally:
            session.stop()


def _session(bounds: Bounds, folder: str) -> Any:
    master = os.environ.get("MUTUALS_SPARK_MASTER", "local[*]")
    said = {
        "spark.driver.memory": f"{bounds.memory:d}m",
        "spark.jars": similarity_jar_location(),
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": os.environ.get("MUTUALS_SPARK_PARTITIONS", "64"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if master.startswith("local"):  # nobody else needs to reach it
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        said |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.appName("mutuals").master(master)
    for name, value in said.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
