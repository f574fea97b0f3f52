from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.people"
    label = "people"
