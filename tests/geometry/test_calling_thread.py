"""Enumerations on the thread that asks for them: signals, stacks, threads, forks."""

import os
import signal
import threading

import numpy as np
import pytest

import leadlight as ll

ARRAYS = (
    "vertices",
    "vertex_errors",
    "cell_starts",
    "cell_vertices",
    "cell_edges",
    "packed_patterns",
    "layer_counts",
)
SQUARE = [(-3, 3), (-3, 3)]


def _network():
    return ll.mlp(2, [40, 40], 1, init="torch", seed=1)


def _long_network():
    return ll.mlp(2, [300, 300, 300], 1, init="he_normal", bias="normal(0.5)", seed=0)


def _same(first, second):
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    np.testing.assert_array_equal(first.edges.cells, second.edges.cells)
    np.testing.assert_array_equal(first.edges.vertices, second.edges.vertices)


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_stops_soon(threads):
    begun = threading.Event()

    def interrupt():
        begun.wait()
        os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Thread(target=interrupt)
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        ll.regions(_long_network(), SQUARE, threads=threads, progress=lambda cells: begun.set())
    sender.join()


def test_progress_is_told_what_there_is_so_far():
    told = []
    cx = ll.regions(_long_network(), SQUARE, threads=1, progress=told.append)
    assert told
    assert told == sorted(told)
    assert told[0] > 0
    assert told[-1] <= len(cx)


def test_a_short_stack_is_spared():
    """A recursion as deep as the network has units needs more than this thread has."""
    net, found = ll.mlp(2, [700], 1, init="torch", seed=0), []
    before = threading.stack_size(1 << 18)
    try:
        thread = threading.Thread(target=lambda: found.append(ll.regions(net, SQUARE, threads=1)))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    _same(found[0], ll.regions(net, SQUARE, threads=1))


def test_threads_may_ask_at_once():
    net, found = _network(), []
    expected = ll.regions(net, SQUARE, threads=1)

    def work():
        for _ in range(20):
            _same(ll.regions(net, SQUARE, threads=1), expected)
        found.append(True)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [True] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_finds_the_same():
    net = _network()
    expected = ll.regions(net, SQUARE, threads=1)
    stop = threading.Event()

    def work():
        while not stop.is_set():
            ll.regions(net, SQUARE, threads=1)

    busy = threading.Thread(target=work)
    busy.start()
    try:
        for threads in (1, 2) * 5:
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    _same(ll.regions(net, SQUARE, threads=threads), expected)
                    status = 0
                finally:
                    os._exit(status)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        busy.join()
