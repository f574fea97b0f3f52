from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.rules"
    label = "rules"
