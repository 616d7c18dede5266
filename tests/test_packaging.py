"""What a user gets from ``pip install``: the files in the package, and what importing it costs."""

import ast
import importlib
import subprocess
import sys
import sysconfig
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import leadlight
from leadlight import _core

PACKAGE = Path(leadlight.__file__).parent
SOURCE = Path(__file__).parents[1] / "src" / "leadlight"


def imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running `code`."""
    script = f"{code}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_the_tests_run_against_the_installed_package():
    installed = Path(sysconfig.get_path("platlib")).resolve()
    assert PACKAGE.resolve().is_relative_to(installed), "run `make test`, or install first: pip install ."


def test_the_installed_package_is_the_source_tree():
    ours = {path.relative_to(SOURCE): path for path in SOURCE.rglob("*") if is_source(path)}
    theirs = {path.relative_to(PACKAGE): path for path in PACKAGE.rglob("*") if is_source(path)}
    assert ours.keys() == theirs.keys()
    assert [str(name) for name in ours if ours[name].read_bytes() != theirs[name].read_bytes()] == []


def is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.suffix != ".so"


@pytest.mark.parametrize("name", ["py.typed", "_core.pyi", "report/templates"])
def test_data_files_are_installed(name):
    assert (PACKAGE / name).exists()


def test_templates_are_installed():
    assert any((PACKAGE / "report" / "templates").iterdir())


def test_the_stub_names_what_the_core_has():
    tree = ast.parse((PACKAGE / "_core.pyi").read_text())
    named = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    functions = {name for name in named if not name.startswith("_")}  # the others are types of the stub's own
    values = {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)}
    public = {name for name in dir(_core) if not name.startswith("_")}
    assert functions | values == public
    assert all(callable(getattr(_core, name)) for name in functions)


def test_every_public_name_can_be_had():
    for name in leadlight.__all__:
        assert getattr(leadlight, name) is not None
    assert set(leadlight.__all__) <= set(dir(leadlight))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sofmax'"):
        leadlight.sofmax  # noqa: B018


HEAVY = {"numpy", "scipy", "torch", "sklearn", "matplotlib", "PIL", "safetensors"}


def test_importing_leadlight_imports_nothing_heavy():
    assert imported_by("import leadlight") & HEAVY == set()


def test_the_core_needs_no_numpy_to_load():
    assert imported_by("import leadlight._core") & HEAVY == set()


@pytest.mark.parametrize("name", ["functions", "activations", "network", "initialisation", "geometry"])
def test_the_base_needs_numpy_and_scipy_only(name):
    assert imported_by(f"import leadlight.{name}") & HEAVY <= {"numpy", "scipy"}


def test_the_console_script_is_declared():
    (script,) = metadata.entry_points(group="console_scripts", name="leadlight")
    assert callable(script.load())


def test_the_version_is_the_metadatas():
    assert leadlight.__version__ == metadata.version("leadlight")


def test_every_module_imports_by_itself():
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(("leadlight", *(part for part in parts if part != "__init__")))
        if parts[-1] != "__main__":
            importlib.import_module(name)


@pytest.mark.long
def test_a_wheel_holds_the_package_and_the_licence(tmp_path):
    pip_wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip_wheel, "--wheel-dir", tmp_path, SOURCE.parents[1]], check=True)
    (wheel,) = tmp_path.glob("leadlight-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "leadlight/py.typed" in names
    assert any(name.startswith("leadlight/_core.") and name.endswith(".so") for name in names)
    assert any(name.startswith("leadlight/report/templates/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "src/", "leadlight/core")) for name in names)
