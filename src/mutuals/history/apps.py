from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.history"
    label = "history"
