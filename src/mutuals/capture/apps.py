from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.capture"
    label = "capture"
