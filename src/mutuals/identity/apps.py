from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.identity"
    label = "identity"
