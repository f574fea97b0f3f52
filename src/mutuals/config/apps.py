from django.apps import AppConfig


class Config(AppConfig):
    name = "mutuals.config"
    label = "config"

    def ready(self) -> None:
        """Wire the rooms together once all are loaded."""
        from mutuals.config import wiring  # noqa: PLC0415  rooms exist only now

        wiring.connect()
