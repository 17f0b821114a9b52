"""The house keeps its rules: imports point one way, and every declared thing is documented."""

import ast

import pytest
from support.paths import ROOT

STEPS = ("ingest", "clean", "extract", "load", "entities")
MODULES = sorted(path for room in ("flows", "tasks", "expectations") for path in (ROOT / room).rglob("*.py"))


def imports_of(path):
    """Every module that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_one_way(path):
    room, *rest = path.relative_to(ROOT).parts
    found = imports_of(path)
    tops = {name.split(".")[0] for name in found}
    if room != "flows":
        assert "flows" not in tops, "nothing imports flows"
    if room == "tasks":
        assert "expectations" not in tops
        own = rest[0] if len(rest) > 1 else None
        others = {name.split(".")[1] for name in found if name.startswith("tasks.") and name.count(".") >= 1} & set(
            STEPS
        )
        allowed = {"clean", "extract"} if own == "training" else {own}
        assert others <= allowed, f"a step imports no other step, but this one imports {others - allowed}"
        assert own == "training" or not any(name.startswith("tasks.training") for name in found), (
            "training is not part of a run"
        )
    if room == "expectations":
        steps = {name.split(".")[1] for name in found if name.startswith("tasks.")} & set(STEPS)
        assert not steps, "expectations import tasks.schema and tasks.vocabulary only"
    if "prefect" in tops:
        assert room == "flows" or rest[-1] == "task.py", "Prefect lives in flows and in the thin task shells"
    if "great_expectations" in tops:
        assert path.name in ("gate.py", "data_docs.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_great_expectations_and_prefect_are_not_imported_by_pure_modules_at_the_top(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {alias.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    top |= {node.module.split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom) and node.module}
    assert "great_expectations" not in top, "five seconds: only inside the function that needs it"


def test_top_level_holds_only_what_the_frame_allows():
    allowed = {
        "pyproject.toml",
        "README.md",
        "flows",
        "tasks",
        "expectations",
        "tests",
        "output",
        "Makefile",
        "LICENSE",
        "CHANGELOG.md",
    }
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    made = {name for name in found if name.endswith(".egg-info") or name in ("build", "dist", "catboost_info")}
    assert found - made <= allowed
