"""What notebooks show: tables of networks, trainings and results, well formed, escaped and short."""

from xml.etree import ElementTree

import numpy as np

import leadlight as ll
from leadlight._notebook import MOST_ROWS, table_html
from leadlight._table import Table


def rows_of(html):
    """The cells of a table, as text, head first; the parser takes nothing that is not well formed."""
    table = next(ElementTree.fromstring(f"<body>{html}</body>").iter("table"))
    return [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]


def test_a_table_is_escaped_and_its_numbers_are_short():
    html = table_html(
        {"<b>&": ["<script>", None], "n": [1234567, 2], "x": [1 / 3, np.nan], "?": [True, False]}, "a<b"
    )
    assert "<script>" not in html
    assert "<caption>a&lt;b</caption>" in html
    assert rows_of(html) == [
        ["<b>&", "n", "x", "?"], ["<script>", "1,234,567", "0.333333", "True"], ["", "2", "nan", "False"],
    ]  # fmt: skip


def test_long_tables_are_cut_and_say_so():
    rows = rows_of(Table({"k": list(range(1000))})._repr_html_())
    assert len(rows) == 1 + MOST_ROWS + 1
    assert rows[-1] == [f"… {1000 - MOST_ROWS} more"]
    assert rows_of(Table()._repr_html_()) == [[]]


def test_a_network_shows_its_layers():
    net = ll.mlp(2, [20, 10], 1, activation=["relu", "abs"])
    html = net._repr_html_()
    assert "Network(2-20-10-1, relu, abs, 281 parameters)" in html
    assert rows_of(html) == rows_of(net.summary()._repr_html_()) == [
        ["layer", "inputs", "units", "activation", "parameters"], ["hidden 1", "2", "20", "relu", "60"],
        ["hidden 2", "20", "10", "abs", "210"], ["output", "10", "1", "identity", "11"],
    ]  # fmt: skip


def test_a_training_is_shown_in_a_line_and_as_its_table():
    data = np.eye(2), np.eye(2)[:, :1]
    nets = [ll.mlp(2, [width], 1, seed=width) for width in (2, 3, 3)]
    runs = ll.train(nets, data, loss="mse", lr=[0.1, 0.1, 1e30], epochs=5)
    text = repr(runs)
    assert text.startswith("Runs(3 of 2 kinds of networks, 5 steps in ")
    assert text.endswith(" s on cpu, 1 diverged)")
    rows = rows_of(runs._repr_html_())
    assert rows[0] == list(runs.table())
    assert [row[1] for row in rows[1:]] == ["2", "3", "3"]
    assert repr(ll.train(nets[:1], data, loss="mse", lr=0.1, epochs=5)).startswith(
        "Runs(1 of Network(2-2-1, relu"
    )
