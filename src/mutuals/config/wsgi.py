"""The pages and the API, for any WSGI server."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
os.environ.setdefault("MUTUALS_STATEMENT_SECONDS", "15")  # no request may hold a thread and a connection for longer
application = get_wsgi_application()
reverse("today")  # every page and the API are loaded now, not by the first who asks, nor by each process anew
import_module("mutuals.records.book").watch()  # types that others make stand in the rail from the next page on
gc.freeze()  # what stands now stays: collections need not look at it again
gc.set_threshold(10_000, 20, 20)  # a page makes some thousand objects; 700 let it collect many times over
