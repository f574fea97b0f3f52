"""Topics: the language, all topics in one index, acts, history in batches, words left out."""
