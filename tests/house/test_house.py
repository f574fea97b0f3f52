"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import configparser
import re
from pathlib import Path

import pytest
from django.apps import apps

HERE = Path(__file__).resolve().parents[2]
CODE = HERE / "src" / "mutuals"
LONGEST_FILE = 400
SOURCES = sorted(path for path in CODE.rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted([*CODE.rglob("templates/**/*.html"), *CODE.rglob("fragments/**/*.html")])
ROOMS_WITH_TABLES = sorted(path.parent.name for path in CODE.glob("*/models.py"))


def stairs() -> dict[str, int]:
    """Room -> step, the floor being the highest number."""
    config = configparser.ConfigParser()
    config.read(HERE / ".importlinter")
    layers = config["importlinter:contract:stairs"]["layers"].split("\n")
    steps = [line for line in layers if line.strip()]
    return {name.strip(): step for step, line in enumerate(steps) for name in line.split("|")}


def is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name.startswith("test_")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CODE)))
def test_a_file_fits_a_sitting(path):
    length = len(path.read_text().splitlines())

    assert length <= LONGEST_FILE


def test_every_module_and_public_function_says_what_it_does():
    silent = []
    for path in SOURCES:
        if is_test(path) or path.name in ("apps.py",) or path.stat().st_size == 0:
            continue
        tree = ast.parse(path.read_text())
        if path.name != "__init__.py" and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(CODE)))
        for node in tree.body:
            if (
                isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                silent.append(f"{path.relative_to(CODE)}:{node.lineno} {node.name}")

    assert silent == []


def test_nothing_is_named_after_a_kind_of_code():
    unwanted = {"utils", "helpers", "services", "common", "core", "extras", "managers", "misc"}

    assert [str(path) for path in CODE.rglob("*") if path.stem in unwanted] == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b[:( ]|pragma: no cover")
    left = [
        f"{path.relative_to(HERE)}:{number}"
        for folder in ("src", "tests", "frontend/src", "benchmarks")
        for path in sorted((HERE / folder).rglob("*"))
        if path.suffix in (".py", ".ts", ".html", ".css") and path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marks.search(line)
    ]

    assert left == []


def test_templates_ask_the_database_nothing():
    asking = re.compile(r"[{][{%][^}%]*(\.all\b|\.exists\b|\.filter\b|_set\b)")
    found = [
        f"{path.relative_to(CODE)}: {hit.group(0)}" for path in TEMPLATES for hit in asking.finditer(path.read_text())
    ]

    assert found == []


def test_templates_hold_no_script_and_no_style_of_their_own():
    inline = re.compile(
        r"<script(?![^>]*\b(src|type=\"application/json\")\b)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
    )
    found = [
        f"{path.relative_to(CODE)}: {hit.group(0)}"
        for path in TEMPLATES
        for hit in inline.finditer(re.sub(r"{%.*?%}", "", path.read_text()))  # a tag may give a name such as `one=`
    ]

    assert found == []


def test_names_in_quotes_go_down_the_stairs_too():
    """Import rules do not see `apps.get_model("inbox.Turn")` or a foreign key in quotes."""
    step = stairs()
    quoted = re.compile(rf"^({'|'.join(ROOMS_WITH_TABLES)})\.[A-Z]\w+$|^mutuals\.(\w+)(?:\.\w+)+$")
    wrong = []
    for path in SOURCES:
        room = path.relative_to(CODE).parts[0].removesuffix(".py")
        if is_test(path) or room not in step or room == "config":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and (hit := quoted.match(node.value)):
                named = hit.group(1) or hit.group(2)
                if named != room and step.get(named, 99) <= step[room]:
                    wrong.append(f"{path.relative_to(CODE)}:{node.lineno} {node.value}")

    assert wrong == []


def test_foreign_keys_go_down_the_stairs():
    step = stairs()
    wrong = []
    for model in apps.get_models():
        room = model.__module__.split(".")[1] if model.__module__.startswith("mutuals.") else ""
        for field in model._meta.concrete_fields:
            if room and field.remote_field and field.related_model.__module__.startswith("mutuals."):
                named = field.related_model.__module__.split(".")[1]
                if named != room and step[named] <= step[room]:
                    wrong.append(f"{model.__name__}.{field.name} -> {named}")

    assert wrong == []


def test_nothing_points_at_an_interaction():
    """So that the one large table can be split by time later."""
    interaction = apps.get_model("history", "Interaction")

    assert [relation.name for relation in interaction._meta.related_objects] == []


def test_every_room_has_a_page_about_itself():
    rooms = [name for name in stairs() if (CODE / name).is_dir()]

    assert [name for name in rooms if not (CODE / name / "README.md").exists()] == []


def test_the_frame_has_no_word_social():
    assert not [path for path in TEMPLATES if re.search(r"\bsocial\b", path.read_text(), re.IGNORECASE)]


def test_the_project_names_no_registry():
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "deb.debian" + ".org", "npmjs" + ".com")
    names = (
        HERE.glob("**/*.lock"),
        HERE.glob("requirements/*"),
        HERE.glob("frontend/package*.json"),
        HERE.glob("*"),
        HERE.glob("tests/**/package*.json"),
        HERE.glob(".ci/*"),
    )
    found = [
        f"{path.relative_to(HERE)}: {host}"
        for group in names
        for path in group
        if path.is_file()
        and "node_modules" not in path.parts
        and ".cache" not in path.parts
        and ".venv" not in path.parts
        for host in hosts
        if host in path.read_text(errors="ignore")
    ]

    assert found == []
