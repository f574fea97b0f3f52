from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.conversations"
    label = "conversations"
