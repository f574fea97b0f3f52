"""Settings, addresses and start-up wiring; the only place that knows every room."""
