"""Files that are taken in."""

from __future__ import annotations

OPERATIONS: dict[str, str] = {
    "GET /imports": "import.run",
    "POST /imports": "import.run",
    "GET /imports/{import_id}": "import.run",
    "DELETE /imports/{import_id}": "import.run",
    "PUT /imports/{import_id}/choice": "import.run",
    "POST /imports/{import_id}/check": "import.run",
    "POST /imports/{import_id}/run": "import.run",
    "GET /imports/{import_id}/undo": "import.run",
    "POST /imports/{import_id}/undo": "import.run",
    "POST /imports/{import_id}/rerun": "import.run",
    "GET /imports/{import_id}/progress": "import.run",
    "GET /imports/{import_id}/errors.csv": "import.run",
}

ROUTES: dict[str, dict[str, str]] = {
    "imports/": {"GET": "import.run", "POST": "import.run"},
    "imports/<int:import_id>/": {"GET": "import.run"},
    "imports/<int:import_id>/file/": {"POST": "import.run"},
    "imports/<int:import_id>/mapping/": {"POST": "import.run"},
    "imports/<int:import_id>/progress/": {"GET": "import.run"},
    "imports/<int:import_id>/remove/": {"POST": "import.run"},
    "imports/<int:import_id>/rows.csv": {"GET": "import.run"},
    "imports/<int:import_id>/run/": {"POST": "import.run"},
    "imports/<int:import_id>/undo/": {"GET": "import.run", "POST": "import.run"},
    "imports/<int:import_id>/rerun/": {"POST": "import.run"},
}
