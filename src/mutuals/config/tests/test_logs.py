"""What stands in the logs of the processes."""

import logging
import sys

import pytest
from django.db import IntegrityError

from mutuals.base.models import Blob
from mutuals.config.logs import Plain


@pytest.mark.django_db
def test_an_error_of_the_database_is_logged_without_what_the_row_said():
    bea = "bea@harbour.garden"
    Blob.objects.create(sha256=bea, size=1)
    record = logging.LogRecord("mutuals", logging.ERROR, "", 0, "POST %s", ("/api/v1/people",), None)

    try:
        Blob.objects.create(sha256=bea, size=1)
    except IntegrityError:
        record.exc_info = sys.exc_info()
    told = Plain("%(message)s").format(record)

    assert bea not in told
    assert told.count("duplicate key value violates unique constraint") == 2
    assert "The above exception was the direct cause" in told
    assert "POST /api/v1/people" in told
