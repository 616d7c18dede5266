"""`leadlight regions`: files and descriptions in, counts and files out; mistakes in one sentence; Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

import leadlight as ll
from leadlight.cli import main


@pytest.fixture
def here(leadlight, tmp_path, monkeypatch):
    """The command and the folder it runs in."""
    monkeypatch.chdir(tmp_path)
    return leadlight


BOX = ("--domain", "-1", "1", "-2", "2")


def test_a_described_network(here) -> None:
    done = here("regions", "2-16-16-1", *BOX, "--seed", "3", "--init", "he_normal", "--bias", "normal(0.5)")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no terminal: no progress
    net = ll.mlp(2, [16, 16], 1, seed=3, init="he_normal", bias="normal(0.5)")
    cx = ll.regions(net, [(-1, 1), (-2, 2)])
    words = " ".join(done.stdout.split())
    assert f"cells (activation regions) {len(cx):,} linear regions {cx.n_linear_regions:,}" in words
    assert "cells after each layer" in words
    assert "seconds" in words


def test_a_file_and_all_kinds_of_output(here, tmp_path) -> None:
    net = ll.mlp(2, [6, 6], 2, seed=1, activation="hardtanh")
    net.save("net.safetensors")
    names = [f"cells.{end}" for end in ("npz", "json", "svg", "png")]
    done = here(
        "regions",
        "net.safetensors",
        *BOX,
        "-o",
        *names,
        "--width",
        "50",
        "--colour",
        "direction",
        "--creases",
    )
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*names, "net.safetensors"])
    again = ll.geometry.PolyhedralComplex.load("cells.npz")
    assert again.network.equals(net)
    assert len(again) == json.loads((tmp_path / "cells.json").read_text())["leadlight"]["n_cells"]


def test_count_and_its_modes(here) -> None:
    n = len(ll.regions(ll.mlp(2, [30], 1), [(0, 0), (1, 0), (0.5, 1)]))
    triangle = ("--domain", "0", "0", "1", "0", "0.5", "1")
    assert here("regions", "2-30-1", *triangle, "--count", "--threads", "1").stdout == f"{n:,} cells\n"
    assert "not certified" in here("regions", "2-30-1", *triangle, "--count", "--fast").stdout


def test_more_threads_and_cells_than_there_can_be_are_no_mistake(here) -> None:
    asked = ("regions", "2-3-1", *BOX, "--threads", str(10**6))
    assert here(*asked, "--count").returncode == 0
    assert here(*asked, "--max-cells", str(10**30)).returncode == 0


def test_without_hidden_layers_there_is_one_cell_and_no_row_of_layers(here) -> None:
    for options in ((), ("--stream",)):
        said = here("regions", "2-1", *BOX, *options).stdout
        assert "cells (activation regions)  1\n" in said
        assert "cells after each layer" not in said


def test_slices_written_out_and_from_files(here, tmp_path) -> None:
    points = np.array([[-1.0, 0.0, 0.5, 2.0], [1.0, 1.0, 0.0, 0.0], [0.0, -3.0, 1.0, 1.0]])
    net = ll.mlp(4, [12, 6], 1, seed=2)
    plane = len(ll.regions(net, [(-1, 1), (-2, 2)], slice=ll.slice_plane(*points)))
    turned = len(ll.regions(net, [(-1, 1), (-2, 2)], slice=ll.slice_plane(*points[[1, 0, 2]])))
    line = len(ll.regions(net, (-3, 3), slice=ll.slice_line(*points[:2])))
    np.save(tmp_path / "points.npy", points)
    np.savetxt(tmp_path / "two.csv", points[:2], delimiter=",")
    asked = ("regions", "4-12-6-1", "--seed", "2", "--count")
    assert here(*asked, *BOX, "--slice=-1,0,0.5,2", "1,1,0,0", "0,-3,1,1").stdout == f"{plane} cells\n"
    assert here(*asked, *BOX, "--slice", "-1,0,0.5,2", "1,1,0,0", "0,-3,1,1").stdout == f"{plane} cells\n"
    assert here(*asked, *BOX, "--slice", "1,1,0,0", "-1,0,0.5,2", "0,-3,1,1").stdout == f"{turned} cells\n"
    assert here(*asked, *BOX, "--slice", "points.npy").stdout == f"{plane} cells\n"
    assert here(*asked, "--domain", "-3", "3", "--slice", "two.csv").stdout == f"{line} cells\n"


MISTAKES = {
    "no such file": (["nope", *BOX], "neither a file nor layer sizes"),
    "no model": ([*BOX], "MODEL is missing: `leadlight regions --help` says what it can be."),
    "no domain": (["2-3-1"], "--domain needs a value"),
    "mistyped domain": (
        ["2-3-1", "--domian", *BOX[1:]],
        "Unknown option --domian; did you mean --domain? Known: --",
    ),
    "mistyped domain, no model": (["--domian=-1"], "Unknown option --domian; did you mean --domain?"),
    "three numbers": (["2-3-1", "--domain", "1", "2", "3"], "--domain was given 3 numbers"),
    "not a number": (["2-3-1", "--domain", "1", "x"], "--domain must be a number; got 'x'"),
    "infinite": (["2-3-1", "--domain", "0", "1", "0", "inf"], "finite"),
    "reversed": (["2-3-1", "--domain", "0", "1", "3", "2"], "lower end first"),
    "not convex": (["2-3-1", "--domain", *["0", "0", "2", "0", "0.1", "0.1", "0", "2"]], "not convex"),
    "wrong dimension": (["1-3-1", *BOX], "a part of a plane, but the network has 1 input: give A B."),
    "interval for a plane": (
        ["2-3-1", "--domain", "0", "1"],
        "but the network has 2 inputs: give X0 X1 Y0 Y1",
    ),
    "interval for a slice": (
        ["3-3-1", "--domain", "0", "1", "--slice", "0,0,0", "1,0,0", "0,1,0"],
        "an interval, but the slice is a plane",
    ),
    "no slice": (["3-3-1", *BOX], "--slice"),
    "slice of one point": (["3-3-1", *BOX, "--slice", "1,2,3"], "--slice was given 1 point;"),
    "slice in text": (["3-3-1", *BOX, "--slice", "1,2,3", "a,b,c"], "'a,b,c'"),
    "slice of other points": (["3-3-1", *BOX, "--slice", "1,2", "3,4", "5,9"], "3 inputs"),
    "slice on a line": (["2-3-1", *BOX, "--slice", "0,0", "1,1", "2,2"], "on one line"),
    "curved": (["2-3-1", *BOX, "--activation", "tanh"], "curved"),
    "unknown activation": (["2-3-1", *BOX, "--activation", "rely"], "did you mean 'relu'"),
    "limit": (["2-30-1", *BOX, "--max-cells", "5"], "more than 5 cells"),
    "no threads": (["2-3-1", *BOX, "--threads", "0"], "threads must be"),
    "half a thread": (["2-3-1", *BOX, "--threads", "0.5"], "--threads must be a whole number"),
    "kind of file": (["2-3-1", *BOX, "-o", "cells.pdf"], "'.pdf'; expected .npz"),
    "no folder": (["2-3-1", *BOX, "-o", "none/cells.svg"], "no folder none"),
    "no name of a file": (["2-3-1", *BOX, "-o"], "--output needs a value"),
    "slice of nothing": (["2-3-1", *BOX, "--slice"], "--slice needs a value"),
    "count and a limit": (
        ["2-3-1", *BOX, "--count", "--max-cells", "9"],
        "--max-cells does not go with --count",
    ),
    "count and write": (["2-3-1", *BOX, "--count", "-o", "cells.svg"], "leave --count out"),
    "colour": (["2-3-1", *BOX, "--colour", "red"], "--colour must be one of pattern, linear_region"),
    "no pixels": (["2-3-1", *BOX, "-o", "a.png", "--width", "0"], "--width must be"),
    "too many pixels": (["2-3-1", *BOX, "-o", "a.png", "--width", "100000"], "100,000 x 200,000 pixels"),
    "colours of no picture": (
        ["2-3-1", *BOX, "-o", "a.npz", "--colour", "area"],
        "--colour is about pictures",
    ),
    "creases of a count": (["2-3-1", *BOX, "--count", "--creases"], "--creases is about pictures"),
    "no kind of file": (["2-3-1", *BOX, "-o", "cells"], "cells has no suffix; expected .npz"),
    "option of a description": (["net.safetensors", *BOX, "--seed", "1"], "leave --seed out"),
    "not a model": (["text.safetensors", *BOX], "text.safetensors"),
    "pickle": (["net.pt", *BOX], "never opens them"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_one_sentence(tmp_path, monkeypatch, capsys, case: str) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("net.safetensors", "text.safetensors", "net.pt"):
        (tmp_path / name).write_text("no model")
    arguments, expected = MISTAKES[case]
    assert main(["regions", *arguments]) == 2
    out, err = capsys.readouterr()
    assert expected in err
    assert not out
    assert err.startswith("leadlight: ")
    assert err.count("\n") == 1, err
    assert not list(tmp_path.glob("*.tmp"))


def test_ctrl_c_stops_at_once_and_leaves_nothing(tmp_path) -> None:
    words = [sys.executable, "-m", "leadlight.cli", "regions", "2-4000-4000-1", *BOX, "--threads", "1"]
    path = [os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    screen, terminal = os.openpty()  # progress is shown to terminals only
    process = subprocess.Popen(
        [*words, "--max-cells", "1000000000", "-o", "cells.npz"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""
    while b" cells, " not in shown:
        shown += os.read(screen, 1000)  # an OSError if the process ends first
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    while not shown.endswith(b".\r\n"):
        shown += os.read(screen, 1000)
    os.close(screen)
    assert (process.returncode, out) == (130, "")
    assert shown.endswith(b"\r\x1b[Kleadlight: Stopped.\r\n")
    assert list(tmp_path.iterdir()) == []


def test_the_picture_at_the_top_of_the_readme(here, tmp_path) -> None:
    words = (
        "2-20-20-20-1 --init he_normal --bias normal(0.5) --seed 1 --domain -1.2 1.2 -0.6 0.6 -o cells.png"
    )
    assert here("regions", *words.split()).returncode == 0
    kept = Path(__file__).parent.parent.parent / "docs" / "images" / "cells.png"
    kept, made = (matplotlib.image.imread(path) for path in (kept, tmp_path / "cells.png"))
    assert kept.shape == made.shape
    assert np.abs(kept - made).mean() < 1e-3


def test_a_stream_is_described_and_drawn(here, tmp_path) -> None:
    network = ("2-40-40-1", "--seed", "3", "--init", "he_normal", "--bias", "normal(0.5)")
    done = here("regions", *network, *BOX, "--stream", "-o", "a.png", "a.svg", "--width", "60")
    assert done.returncode == 0, done.stderr
    cx = ll.regions(ll.mlp(2, [40, 40], 1, seed=3, init="he_normal", bias="normal(0.5)"), [(-1, 1), (-2, 2)])
    lines = done.stdout.splitlines()
    assert lines[1] == f"cells (activation regions)  {len(cx):,}"
    assert lines[2] == cx.summary().splitlines()[3]  # cells after each layer
    assert lines[3] == f"sides of a cell             mean {cx.n_corners.mean():.4g}, max {cx.n_corners.max()}"
    assert f"mean {8 / len(cx):.4g}" in lines[4]
    assert matplotlib.image.imread("a.png").shape[:2] == (120, 60)
    assert (tmp_path / "a.svg").read_text().endswith("</svg>\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--count"], "--count does not go with --stream"),
        (["--max-cells", "5"], "--max-cells does not go with --stream"),
        (["--creases"], "--creases does not go with --stream"),
        (["-o", "a.json"], "a.json is no picture"),
        (["-o", "a.png", "--colour", "linear_region"], "do not know their linear regions"),
    ],
)
def test_what_a_stream_cannot_do(here, tmp_path, words, sentence) -> None:
    done = here("regions", "2-8-1", *BOX, "--stream", *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


INTERRUPTED_AT_ITS_THIRD_BATCH = """
import os, signal, sys
from leadlight.cli import main
from leadlight.geometry.stream import RegionStream

batches = []
following = RegionStream.__next__

def counted(stream):
    batches.append(following(stream))
    if len(batches) == 3:
        os.kill(os.getpid(), signal.SIGINT)
    return batches[-1]

RegionStream.__next__ = counted
sys.exit(main(sys.argv[1:]))
"""


def test_interrupting_a_stream_describes_the_cells_so_far(tmp_path) -> None:
    words = (
        "regions 2-1500-400-1 --init he_normal --bias normal(0.5) --domain -3 3 -3 3 --stream -o cells.png"
    )
    path = [os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT_ITS_THIRD_BATCH, *words.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=False,
    )
    out = done.stdout
    assert (done.returncode, done.stderr) == (130, "leadlight: Stopped.\n")
    lines = out.splitlines()
    assert lines[1] == "stopped before the last cell: what follows is of those before"
    assert int(lines[2].split()[-1].replace(",", "")) > 0
    assert list(tmp_path.iterdir()) == []
