"""What is installed, which engines work and how fast this machine is: the facts behind ``leadlight doctor``.

`report` returns rows; the command line prints them. Packages are found through their metadata and import
specs, so that a report takes milliseconds besides the measured rates; only ``probe=True`` tries exact geometry, and
imports torch, which takes seconds and is the sole way to learn whether it works here and which devices it sees.
"""

from __future__ import annotations

import importlib
import os
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from types import ModuleType

from .errors import ParameterError

__all__ = ["Row", "report"]

SECTIONS = ("leadlight", "machine", "packages", "extras", "engines")


@dataclass(frozen=True)
class Row:
    """One fact.

    Attributes
    ----------
    section : str
        One of ``SECTIONS``: "leadlight", "machine", "packages", "extras", "engines".
    name : str
        What it is about, e.g. ``"multiply-add float32"``.
    value : str
        The fact, with its unit, e.g. ``"115.2 GFLOP/s on one core"``.
    ok : bool or None
        True or False where the row is a check (installed, works), None where it is only told. An extra that
        is not installed is no fault: None, with a `remedy`.
    remedy : str
        What to do about it, else empty.
    number : float or None
        The value as a number, where it is one.
    """

    section: str
    name: str
    value: str
    ok: bool | None = None
    remedy: str = ""
    number: float | None = None


@dataclass(frozen=True)
class _Requirement:
    package: str
    extra: str | None


# Import names where they differ from the distribution's.
_MODULE_OF = {
    "fonttools": "fontTools",
    "markdown-it-py": "markdown_it",
    "pillow": "PIL",
    "scikit-learn": "sklearn",
}

_REBUILD = "reinstall leadlight where a C++ compiler is at hand: pip install --force-reinstall leadlight"


def report(*, probe: bool = False, seconds: float = 0.02) -> list[Row]:
    """The state of this installation and machine, section by section.

    Parameters
    ----------
    probe : bool
        Try the engines: find the cells of a network, and import torch to see which devices it has (seconds).
    seconds : float
        How long to measure each of the three rates; 0 leaves them out. At most 10.

    Returns
    -------
    list of Row
        In the order of ``SECTIONS``. All is well when no row has ``ok`` False.

    Raises
    ------
    ParameterError
        When `seconds` lies outside [0, 10], or LEADLIGHT_VECTOR_LEVEL names no level of this machine.

    Examples
    --------
    >>> rows = report(seconds=0)
    >>> next(row.value for row in rows if row.name == "Python").split(".")[0]
    '3'
    """
    if not 0 <= seconds <= 10:
        raise ParameterError(f"seconds is {seconds!r}: give a number from 0 to 10.")
    core = _core()
    return [
        *_leadlight(),
        *_machine(core, seconds),
        *_packages(),
        *_extras(),
        *_engines(core, probe),
    ]


def _core() -> ModuleType | str:
    """The compiled core, or why it does not load."""
    try:
        return importlib.import_module("leadlight._core")
    except ImportError as error:
        if "LEADLIGHT_VECTOR_LEVEL" in str(error):
            raise ParameterError(str(error)) from error
        return str(error)


def _leadlight() -> Iterator[Row]:
    try:
        version = metadata.version("leadlight")
    except metadata.PackageNotFoundError:
        version = "not installed: read from the source tree"
    yield Row("leadlight", "leadlight", version)
    yield Row("leadlight", "Python", f"{platform.python_version()} ({platform.python_implementation()})")
    yield Row("leadlight", "environment", sys.prefix)


def _machine(core: ModuleType | str, seconds: float) -> Iterator[Row]:
    yield Row("machine", "system", f"{platform.system()} {platform.release()}, {platform.machine()}")
    if isinstance(core, str):
        return
    yield Row("machine", "processor", core.cpu_name() or platform.processor() or "not told")
    cores = core.usable_cores()
    yield Row("machine", "cores", f"{cores} of {os.cpu_count()} usable by this process", number=cores)
    yield Row("machine", "threads", _thread_limits())
    others = [level for level in core.vector_levels() if level != core.vector_level]
    chosen = f"{core.vector_level} ({8 * core.vector_bytes} bits)"
    yield Row("machine", "vector level", f"{chosen}; also here: {', '.join(others)}" if others else chosen)
    if seconds > 0:
        yield from _rates(core, seconds)


def _rates(core: ModuleType, seconds: float) -> Iterator[Row]:
    for dtype in ("float32", "float64"):
        rate = core.multiply_add_rate(dtype, seconds)
        yield Row("machine", f"multiply-add {dtype}", f"{rate:.1f} GFLOP/s on one core", number=rate)
    rate = core.exp_rate(seconds)
    yield Row("machine", "exp float32", f"{rate:.2f} G/s on one core", number=rate)


def _thread_limits() -> str:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    limits = [f"{name}={os.environ[name]}" for name in names if name in os.environ]
    return ", ".join(limits) or "no limit set; studies use one BLAS thread per worker"


def _requirements() -> list[_Requirement]:
    """What the installed metadata asks for, without the extras meant for developing leadlight itself."""
    found = []
    for line in metadata.requires("leadlight") or []:
        package = re.match(r"[A-Za-z0-9._-]+", line)
        extra = re.search(r"""extra\s*==\s*['"]([^'"]+)['"]""", line)
        if package and package[0] != "leadlight":
            found.append(_Requirement(package[0], extra[1] if extra else None))
    return [requirement for requirement in found if requirement.extra != "dev"]


def _installed(package: str) -> str | None:
    """The version, or None where either metadata or the module itself is missing."""
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
    return version if find_spec(_MODULE_OF.get(package, package.replace("-", "_"))) else None


def _packages() -> Iterator[Row]:
    try:
        requirements = _requirements()
    except metadata.PackageNotFoundError:  # the source tree, without an installation
        yield Row("packages", "leadlight", "not installed", False, "install it: make setup")
        return
    for requirement in requirements:
        if requirement.extra is None:
            version = _installed(requirement.package)
            remedy = "" if version else f"pip install {requirement.package}"
            yield Row("packages", requirement.package, version or "missing", version is not None, remedy)


def _extras() -> Iterator[Row]:
    """One row per extra that leadlight offers users; one that holds nothing yet says so."""
    try:
        declared = metadata.metadata("leadlight").get_all("Provides-Extra") or []
        requirements = _requirements()
    except metadata.PackageNotFoundError:
        return
    for extra in declared:
        if extra in ("all", "dev"):
            continue
        packages = [requirement.package for requirement in requirements if requirement.extra == extra]
        versions = {package: _installed(package) for package in packages}
        if not packages:
            yield Row("extras", extra, "reserved: needs nothing yet")
        elif all(versions.values()):
            told = ", ".join(f"{name} {version}" for name, version in versions.items())
            yield Row("extras", extra, told, True)
        else:
            yield Row("extras", extra, "not installed", remedy=f"pip install 'leadlight[{extra}]'")


def _engines(core: ModuleType | str, probe: bool) -> Iterator[Row]:
    if isinstance(core, str):
        yield Row("engines", "compiled core", f"does not load: {core}", False, _REBUILD)
    else:
        yield Row("engines", "compiled core", "loads: training, exact geometry", True)
        yield _exact_geometry(probe)
    yield _torch_engine(probe)


def _exact_geometry(probe: bool) -> Row:
    """Whether cells are found that no float evaluation can tell apart: two creases 1e-50 from each other, and one."""
    if not probe:
        return Row("engines", "exact geometry", "in the compiled core, not tried", True)
    try:
        from .geometry import regions
        from .network import Network
    except ImportError as error:  # NumPy or SciPy: its own row says so too
        return Row("engines", "exact geometry", f"does not load: {error}", False, _REBUILD)
    net = Network.from_arrays([[[1, 0], [1, 0], [0, 1]], [[1, 1, 1]]], [[0, 1e-50, 0], [0]])
    found = len(regions(net, [(-1, 1), (-1, 1)], threads=1))
    value = f"certified: {found} of 6 cells of a test, two of them 1e-50 wide"
    return Row("engines", "exact geometry", value, found == 6, "" if found == 6 else _REBUILD, found)


def _torch_engine(probe: bool) -> Row:
    name, remedy = "torch training", "pip install --force-reinstall 'leadlight[torch]'"
    version = _installed("torch")
    if version is None:
        return Row("engines", name, "torch is not installed", remedy="pip install 'leadlight[torch]'")
    if not probe:
        return Row("engines", name, f"torch {version} found, not tried", True)
    try:
        torch = importlib.import_module("torch")
        works = float((torch.ones(2, 2) @ torch.ones(2, 1)).sum()) == 4.0
    except (ImportError, OSError, RuntimeError) as error:  # a broken build fails in any of these ways
        return Row("engines", name, f"torch {version} does not work: {error}", False, remedy)
    cuda = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    devices = ", ".join(["CPU", *cuda])
    value = f"torch {version} on {devices}" if works else f"torch {version} computes wrong sums"
    return Row("engines", name, value, works, "" if works else remedy)
