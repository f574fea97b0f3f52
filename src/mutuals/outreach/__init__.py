"""Speaking first: whom we mean (segments), what for (campaigns), and what came of it."""
