from django.apps import AppConfig


class Room(AppConfig):
    name = "mutuals.sales"
    label = "sales"
