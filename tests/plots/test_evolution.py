"""Curves and animations of an `Evolution`."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.animation import writers
from PIL import Image

import leadlight as ll
from leadlight.errors import FileError, ParameterError, ShapeError
from leadlight.plots import EvolutionDisplay, animate_regions, style

BOX = [(-1, 1), (-1, 1)]
NETS = [ll.mlp(2, [6, 4], 1, seed=seed) for seed in range(4)]
FOUND = ll.evolution(NETS, BOX, measures="all", steps=[0, 10, 20, 40])


def curves(ax):
    return {line.get_label(): line.get_xydata().T for line in ax.get_lines()}


def test_curves_show_the_rows():
    display = FOUND.plot(panels=["counts", "creases", "boundary", "areas"], title="t")
    assert isinstance(display, EvolutionDisplay)
    counts, creases, boundary, areas = map(curves, display.axes_)
    for shown, values in [
        (counts["cells"], FOUND.n_cells),
        (counts["cells up to layer 1"], FOUND.layer_counts[:, 0]),
        (counts["linear regions"], FOUND.n_linear_regions),
        (creases["creases"], FOUND.crease_length),
        (creases["of layer 2"], FOUND.crease_lengths[:, 1]),
        (boundary["decision boundary"], FOUND.boundary_length),
        (areas["median"], FOUND.area_median),
    ]:
        np.testing.assert_array_equal(shown, [FOUND.steps, values])
    assert all(ax.get_ylabel() for ax in display.axes_)
    assert display.axes_[-1].get_xlabel() == "step"
    assert display.ax_.get_title() == "t"


def test_rows_without_a_count_are_gaps_and_upper_bounds_are_marked():
    found = replace(FOUND, n_cells=np.array([5, -1, 7, 9]), proven=np.array([True, False, False, True]))
    lines = curves(found.plot(panels="counts").ax_)
    assert np.isnan(lines["cells"][1]).tolist() == [False, True, False, False]
    assert lines["not proven"].tolist() == [[20], [7]]


def test_panels_by_default_and_on_axes_given():
    assert len(FOUND.plot().axes_) == 3
    counted = ll.evolution(NETS, BOX, measures=())
    assert len(counted.plot().axes_) == 1
    _, axes = style.subplots(1, 2)
    assert FOUND.plot(axes[0, 0]).axes_ == [axes[0, 0]]
    assert FOUND.plot(axes[0], panels=("areas", "counts"), log_x=True).axes_ == list(axes[0])
    with pytest.raises(ShapeError, match="2 axes were given for 1 panels"):
        FOUND.plot(axes[0], panels="counts")
    with pytest.raises(ParameterError, match="The panel was 'lengths'"):
        FOUND.plot(panels="lengths")
    with pytest.raises(ParameterError, match="no areas to draw"):
        counted.plot(panels="areas")


def test_of_many_layers_some_are_named():
    deep = [ll.mlp(2, [3] * 30, 1, init="he_normal", bias="normal(0.3)", seed=seed) for seed in range(2)]
    display = ll.evolution(deep, BOX).plot()
    display.figure_.draw_without_rendering()  # a longer legend leaves no room for the panels
    names = [text.get_text() for text in display.axes_[1].get_legend().get_texts()]
    assert (len(names), names[0], names[-2:]) == (9, "of layer 1", ["of layer 30", "creases"])
    assert len(display.axes_[1].lines) == 31


def test_zeros_do_not_go_on_a_logarithmic_axis():
    flat = ll.mlp(2, [3], 1).with_parameters([np.zeros((3, 2)), np.zeros((1, 3))], [np.ones(3), np.ones(1)])
    display = ll.evolution([flat, flat], BOX).plot(log_y=True)
    assert [ax.get_yscale() for ax in display.axes_] == ["log", "linear", "linear"]


def test_on_an_interval_points_are_counted():
    found = ll.evolution([ll.mlp(1, [5], 1, seed=seed) for seed in range(3)], (-2, 2))
    labels = [ax.get_ylabel() for ax in found.plot().axes_]
    assert labels == ["number", "number of breakpoints", "number of points"]


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_an_animation_has_a_frame_for_each_step(tmp_path, ending):
    seen = []
    path = tmp_path / f"cells.{ending}"
    FOUND.animate(path, dpi=40, fps=10, progress=lambda i, n: seen.append((i, n)))
    assert seen == [(i, 4) for i in range(4)]
    with Image.open(path) as read:
        assert read.n_frames == 4
        frames = []
        for i in range(4):
            read.seek(i)
            frames.append(np.asarray(read.convert("RGB")).astype(int))
            assert read.info["duration"] == 100
    assert all(np.abs(a - b).mean() > 1 for a, b in itertools.pairwise(frames))


def test_an_animation_over_an_interval_keeps_its_scale(tmp_path):
    nets = [ll.mlp(1, [5], 1, seed=seed, bias="normal(1)") for seed in range(3)]
    found = ll.evolution(nets, (-2, 2), keep="complexes")
    film = found.animate(tmp_path / "graph.gif", dpi=40)
    ax = film._fig.axes[0]
    ends = [(cx.extrema().minimum.value, cx.extrema().maximum.value) for cx in found.complexes]
    low, high = ax.get_ylim()
    assert low < np.min(ends) < np.max(ends) < high


@pytest.mark.parametrize("colour", ["output", "slope", "area", "direction"])
def test_an_animation_of_a_quantity_keeps_one_scale_and_one_place_for_all_frames(tmp_path, colour):
    nets = [ll.mlp(2, [6], 1, init="he_normal", seed=seed) for seed in (0, 1, 2)]
    complexes = [ll.regions(net, [(-1, 1), (-1, 1)]) for net in nets]
    film, seen = animate_regions(complexes, colour=colour), []

    def look(frame, n_frames):
        (ax,) = film._fig.axes
        (bar,) = ax.child_axes
        seen.append((bar.get_ylim(), ax.get_position().bounds))

    film.save(tmp_path / "film.gif", writer="pillow", dpi=40, progress_callback=look)
    assert seen == seen[:1] * 3
    alone = [cx.plot(colour=colour).ax_.child_axes[0].get_ylim() for cx in complexes]
    assert seen[0][0] == pytest.approx((min(low for low, _ in alone), max(high for _, high in alone)))


def test_bad_files_get_one_sentence(tmp_path, monkeypatch):
    with pytest.raises(ParameterError, match="has no ending"):
        FOUND.animate(tmp_path / "cells")
    with pytest.raises(FileError, match="Cannot write"):
        FOUND.animate(tmp_path / "nowhere" / "cells.gif")
    monkeypatch.setattr(writers, "is_available", lambda name: False)
    with pytest.raises(ParameterError, match="needs the program ffmpeg"):
        FOUND.animate(tmp_path / "cells.mp4")
    with pytest.raises(ParameterError, match="fps must be"):
        FOUND.animate(tmp_path / "cells.gif", fps=0)
    with pytest.raises(ParameterError, match="ask for keep"):
        ll.evolution(NETS, BOX, keep=None).animate(tmp_path / "cells.gif")


def test_complexes_of_two_kinds_are_not_mixed():
    with pytest.raises(ShapeError, match="one kind at a time"):
        animate_regions([ll.regions(NETS[0], BOX), ll.regions(ll.mlp(1, [3], 1), (-1, 1))])
