from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.outreach"
    label = "outreach"
