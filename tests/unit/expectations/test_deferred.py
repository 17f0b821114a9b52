"""Modules that are loaded at their first use, so that a run starts soon."""

import importlib
import sys

import pytest

from expectations.deferred import deferred


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with two modules that say when they are loaded."""
    folder = tmp_path / "slow_to_load"
    folder.mkdir()
    (folder / "__init__.py").write_text("loaded = []\n")
    for name in ("used", "unused"):
        (folder / f"{name}.py").write_text(f"import slow_to_load\nslow_to_load.loaded.append('{name}')\nvalue = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.startswith("slow_to_load")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("names", "loaded"),
    [
        pytest.param(("slow_to_load.unused",), ["used"], id="one"),
        pytest.param(("slow_to_load.used", "slow_to_load.unused"), [], id="both"),
        pytest.param((), ["used", "unused"], id="none"),
    ],
)
def test_a_deferred_module_is_loaded_at_its_first_use(package, names, loaded):
    before = list(sys.meta_path)
    with deferred(*names):
        used, unused = (importlib.import_module(f"slow_to_load.{name}") for name in ("used", "unused"))
    assert sys.meta_path == before
    assert sys.modules["slow_to_load"].loaded == loaded
    assert (used.value, unused.value) == (1, 1)
    assert sorted(sys.modules["slow_to_load"].loaded) == ["unused", "used"]


def test_a_deferred_module_that_is_not_installed_is_missing_at_once():
    with deferred("not_installed_at_all"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("not_installed_at_all")
