from django.apps import AppConfig


class Door(AppConfig):
    name = "mutuals.api"
    label = "api"
