"""Early warning: what is usual (`baseline`, `share`), how unlike it a step is (`watch`), what follows (`verdict`, `budget`)."""
