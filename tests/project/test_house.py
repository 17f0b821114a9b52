"""The structure of the code: which package may import which. (Docstrings of everything public are checked by ruff.)"""

import ast

import pytest
from support.paths import ROOT

STEPS = {"ingest", "clean", "extract", "load", "entities"}
SHARED = {"errors", "parallel", "schema", "site_rules", "steps", "storage", "text", "vocabulary"}
MODULES = sorted(path for package in ("flows", "tasks", "expectations") for path in (ROOT / package).rglob("*.py"))
TOP_LEVEL = "pyproject.toml README.md flows tasks expectations tests output Makefile LICENSE CHANGELOG.md"
each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())


def imports_of(nodes):
    """The dotted names that these syntax nodes import."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def importable(room):
    """The packages and modules of `tasks` that one of them may import from: those that all share, and itself."""
    trained = {"clean", "extract"} if room == "training" else set()
    return SHARED | trained | ({room} if room not in SHARED else set())


@each_module
def test_imports_point_one_way(path):
    package, *rest = path.relative_to(ROOT).parts
    names = imports_of(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    packages = {name.split(".")[0] for name in names}
    rooms = {name.split(".")[1] for name in names if name.startswith("tasks.")}
    if package == "tasks":
        assert not packages & {"flows", "expectations"}, "tasks import neither flows nor expectations"
        assert rooms <= importable(rest[0].removesuffix(".py")), (
            "a step imports no other step, shared code imports none"
        )
    if package == "expectations":
        assert "flows" not in packages, "nothing imports flows"
        assert rooms <= {"errors", "schema", "vocabulary", "quality"}, "expectations import only declarations of tasks"
    if package == "flows":
        assert "training" not in rooms, "training is not part of a run"
    if "prefect" in packages:
        assert package == "flows" or rest[-1] == "task.py", "Prefect is used in flows and in the thin task shells"
    if "great_expectations" in packages:
        assert path.name in ("checks.py", "configurations.py", "data_docs.py")


@each_module
def test_great_expectations_is_imported_inside_functions(path):
    names = imports_of(ast.parse(path.read_text(encoding="utf-8")).body)
    assert not any(name.startswith("great_expectations") for name in names), "its import takes five seconds"


def test_every_step_has_a_task_and_every_shared_module_exists():
    rooms = {path.name.removesuffix(".py") for path in (ROOT / "tasks").iterdir()}
    assert rooms >= STEPS | SHARED
    assert all((ROOT / "tasks" / step / "task.py").exists() for step in STEPS)


def test_top_level_has_only_what_belongs_there():
    names = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    generated = {name for name in names if name.endswith(".egg-info") or name in ("build", "dist", "catboost_info")}
    assert names - generated <= set(TOP_LEVEL.split())
