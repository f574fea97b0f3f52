from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.communities"
    label = "communities"

    def ready(self) -> None:
        from mutuals.communities import fields, hanging, jobs, owned, running  # noqa: PLC0415  rooms exist only now
        from mutuals.people.fields import register_fields  # noqa: PLC0415

        register_fields()  # people are extended
        fields.register_fields()
        hanging.register_hanging()
        owned.register_owned()
        running.register_running()
        jobs.register_jobs()
