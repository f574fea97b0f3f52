from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.channels"
    label = "channels"
