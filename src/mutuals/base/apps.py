from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.base"
    label = "base"
