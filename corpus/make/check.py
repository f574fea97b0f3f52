"""Posts of the corpus that go out with the models: what a reader that learned from corrections must still know.

`python -m corpus.make.check` writes them anew: forty of each language of `corpus/train` (eighty English), by their hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from pathlib import Path

from mutuals.text.refit import CHECK

TRAIN = Path(__file__).resolve().parents[1] / "train"
_EACH, _ENGLISH = 40, 80
_URGENCY = ("can wait", "today", "now")


def main() -> None:
    """Write the sample."""
    found = defaultdict[str, list[tuple[str, str]]](list)
    for file in sorted(TRAIN.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            urgency = row["urgency"] if isinstance(row["urgency"], str) else _URGENCY[row["urgency"]]
            told = {
                "text": row["text"], "mood": row["sentiment"], "emotion": row["emotion"], "intents": row["intents"],
                "urgency": urgency,
            }  # fmt: skip
            by = hashlib.sha256(row["text"].encode()).hexdigest()
            found[row["language"]].append((by, json.dumps(told, ensure_ascii=False)))
    lines = [
        line
        for language, some in sorted(found.items())
        for _, line in sorted(some)[: _ENGLISH if language == "en" else _EACH]
    ]
    CHECK.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
