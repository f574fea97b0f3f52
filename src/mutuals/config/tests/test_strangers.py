"""A file of somebody else's package adds an act for rules, as the how-to says: nothing of ours has to name it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import mutuals

PAGE = Path(mutuals.__file__).parents[2] / "docs" / "how-to" / "rules.md"
_CODE = re.compile(r'```python\n(""".*?)```', re.S)
_ASK = """
import json, django
django.setup()
from mutuals.rules import registry
told = {name: act.sentence for name, act in registry.actions().items()}
print(json.dumps({"theirs": told.get("ask_warehouse"), "ours": sorted(told)}))
"""


def test_the_act_of_the_how_to_is_known_at_the_next_start(tmp_path: Path) -> None:
    found = _CODE.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    (tmp_path / "warehouse.py").write_text(found[1], encoding="utf-8")
    told = tmp_path / "warehouse-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: warehouse\nVersion: 1\n")
    (told / "entry_points.txt").write_text("[mutuals.actions]\nwarehouse = warehouse\n")
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "DJANGO_SETTINGS_MODULE": "mutuals.config.settings",
        "DATABASE_URL": "postgresql://x@localhost/x",
        "MUTUALS_STATE": str(tmp_path / "state"),
    }

    asked = subprocess.run([sys.executable, "-c", _ASK], env=env, capture_output=True, text=True, check=True)

    known = json.loads(asked.stdout)
    assert known["theirs"] == "ask the warehouse for {parts} {part}"
    assert {"hook", "ask_warehouse"} < set(known["ours"])
