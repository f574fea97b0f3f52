from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.inbox"
    label = "inbox"
