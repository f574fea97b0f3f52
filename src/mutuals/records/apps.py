from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.records"
    label = "records"
