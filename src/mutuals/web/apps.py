from django.apps import AppConfig


class Door(AppConfig):
    name = "mutuals.web"
    label = "web"
