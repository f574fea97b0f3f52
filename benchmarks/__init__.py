"""The figures of the README: one file a claim, a table and JSON. `make bench`, and SCALE=full for a million people."""
