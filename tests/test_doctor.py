"""The facts of `leadlight doctor`, on this machine and on broken ones made by monkeypatching."""

import importlib
import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest

from leadlight import _core, doctor
from leadlight.errors import ParameterError


def by_name(rows: list[doctor.Row]) -> dict[str, doctor.Row]:
    return {row.name: row for row in rows}


def test_all_is_well_here():
    rows = doctor.report(seconds=0.001)
    assert [row for row in rows if row.ok is False] == []
    assert list(dict.fromkeys(row.section for row in rows)) == list(doctor.SECTIONS)


def test_versions_are_those_installed():
    rows = by_name(doctor.report(seconds=0))
    assert rows["leadlight"].value == metadata.version("leadlight")
    assert rows["numpy"].value == np.__version__
    assert rows["Python"].value.startswith(".".join(map(str, sys.version_info[:3])))


def test_every_dependency_has_a_row_and_developers_tools_have_none():
    names = {row.name for row in doctor.report(seconds=0) if row.section == "packages"}
    assert {"numpy", "scipy", "scikit-learn", "matplotlib", "pillow", "rich"} <= names
    assert names.isdisjoint({"pytest", "ruff", "leadlight", "torch"})


def test_the_machine_rows_agree_with_the_core():
    rows = by_name(doctor.report(seconds=0.001))
    assert rows["cores"].number == _core.usable_cores()
    assert rows["vector level"].value.startswith(f"{_core.vector_level} ({8 * _core.vector_bytes} bits)")
    for name in ("multiply-add float32", "multiply-add float64", "exp float32"):
        assert rows[name].number > 0
        assert "on one core" in rows[name].value


def test_exact_geometry_is_tried():
    row = by_name(doctor.report(probe=True, seconds=0))["exact geometry"]
    assert (row.ok, row.number) == (True, 6)
    assert "6 of 6 cells" in row.value


def test_geometry_without_what_it_needs_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "leadlight.geometry", None)
    row = by_name(doctor.report(probe=True, seconds=0))["exact geometry"]
    assert row.ok is False
    assert row.value.startswith("does not load: ")


def test_zero_seconds_measures_nothing():
    assert "exp float32" not in by_name(doctor.report(seconds=0))


@pytest.mark.parametrize("seconds", [-0.1, 11, float("nan")])
def test_seconds_out_of_range(seconds):
    with pytest.raises(ParameterError, match="from 0 to 10"):
        doctor.report(seconds=seconds)


def test_thread_limits_are_told(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert "OMP_NUM_THREADS=3" in by_name(doctor.report(seconds=0))["threads"].value


def test_probe_tries_torch():
    row = by_name(doctor.report(probe=True, seconds=0))["torch training"]
    assert row.ok
    assert "on CPU" in row.value


def without(monkeypatch, *packages):
    """As if the packages were not installed."""
    version = metadata.version

    def missing(name):
        if name in packages:
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", missing)


def test_a_missing_extra_is_told_with_its_remedy_and_is_no_fault(monkeypatch):
    without(monkeypatch, "torch")
    rows = doctor.report(seconds=0)
    assert all(row.ok is not False for row in rows)
    assert by_name(rows)["torch"].value == "not installed"
    assert by_name(rows)["torch"].remedy == "pip install 'leadlight[torch]'"
    assert by_name(rows)["torch training"].value == "torch is not installed"


def test_a_missing_dependency_is_a_fault(monkeypatch):
    without(monkeypatch, "scipy")
    row = by_name(doctor.report(seconds=0))["scipy"]
    assert (row.value, row.ok, row.remedy) == ("missing", False, "pip install scipy")


def break_import(monkeypatch, name, message):
    original = importlib.import_module

    def failing(module, package=None):
        if module == name:
            raise ImportError(message)
        return original(module, package)

    monkeypatch.setattr(importlib, "import_module", failing)


def test_a_core_that_does_not_load_is_reported(monkeypatch):
    break_import(monkeypatch, "leadlight._core", "wrong architecture")
    rows = by_name(doctor.report())
    assert rows["compiled core"].ok is False
    assert "wrong architecture" in rows["compiled core"].value
    assert "reinstall" in rows["compiled core"].remedy
    assert "exp float32" not in rows


def test_a_torch_that_does_not_load_is_reported(monkeypatch):
    break_import(monkeypatch, "torch", "libgomp.so.1 not found")
    row = by_name(doctor.report(probe=True, seconds=0))["torch training"]
    assert row.ok is False
    assert "libgomp.so.1 not found" in row.value


def test_a_wrong_vector_level_is_one_sentence(monkeypatch):
    break_import(monkeypatch, "leadlight._core", "LEADLIGHT_VECTOR_LEVEL is 'x', but")
    with pytest.raises(ParameterError, match="LEADLIGHT_VECTOR_LEVEL is 'x'"):
        doctor.report(seconds=0)


def test_the_source_tree_alone_gives_a_report(monkeypatch):
    def nothing_installed(name):
        raise metadata.PackageNotFoundError(name)

    for function in ("version", "requires", "metadata"):
        monkeypatch.setattr(metadata, function, nothing_installed)
    rows = doctor.report(seconds=0)
    assert "not installed" in by_name(rows)["leadlight"].value
    assert {row.section for row in rows} >= {"leadlight", "machine", "packages", "engines"}


def test_a_report_without_probe_imports_neither_torch_nor_numpy():
    code = (
        "import sys; from leadlight import doctor; doctor.report(seconds=0); "
        "print([m for m in ('torch', 'numpy', 'sklearn', 'matplotlib', 'scipy') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
