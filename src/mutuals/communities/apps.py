from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.communities"
    label = "communities"
