"""The pages and the API, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
application = get_wsgi_application()
