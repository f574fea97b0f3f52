from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.processes"
    label = "processes"
