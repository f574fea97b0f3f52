"""`python -m benchmarks.text [NAME ...]`: what readings reach, beside others, as a table and JSON. `make bench-text`.

Each figure names the set, its split and the weights: *shipped* (ours; nothing was fitted on that set) or *in-domain* (fitted
on its own train part with our features, and thrown away). Figures go to .cache/bench/figures-text.json.
"""

from __future__ import annotations

import sys

from benchmarks.claims import run

CLAIMS = {
    "shipped": "benchmarks.text_shipped",
    "own": "benchmarks.text_own",
    "closer": "benchmarks.text_closer",
    "corrections": "benchmarks.text_corrections",
    "in-domain": "benchmarks.text_in_domain",
    "language": "benchmarks.text_language",
    "speed": "benchmarks.text_speed",
}


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], CLAIMS, scale="text", told=("numpy", "scikit-learn", "vaderSentiment")))
