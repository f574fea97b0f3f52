from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.insights"
    label = "insights"
