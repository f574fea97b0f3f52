from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.staff"
    label = "staff"
