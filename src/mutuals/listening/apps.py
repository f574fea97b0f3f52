from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.listening"
    label = "listening"
