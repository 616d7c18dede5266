"""However a stream ends, its threads do; and they wait for a consumer who is slow."""

import gc
import itertools
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import leadlight as ll

BOX = [(-3, 3), (-3, 3)]


def n_threads():
    return len(os.listdir("/proc/self/task"))


LARGE = ll.mlp(2, [1500, 400], 1, init="he_normal", bias="normal(0.5)", seed=0)  # hours of cells


def test_threads_end_when_the_stream_is_closed():
    before = n_threads()
    stream = ll.iter_regions(LARGE, BOX, threads=3)
    next(stream)
    assert n_threads() == before + 3
    assert stream.layer_counts is None
    stream.close()
    assert n_threads() == before
    assert list(stream) == []
    stream.close()
    with ll.iter_regions(LARGE, BOX, threads=2) as stream:
        assert n_threads() == before + 2
    assert n_threads() == before


def test_threads_end_after_the_last_batch():
    before = n_threads()
    stream = ll.iter_regions(ll.mlp(2, [16], 1, seed=0), BOX, threads=2)
    assert len(list(stream)) == 1
    assert n_threads() == before
    with pytest.raises(StopIteration):
        next(stream)
    assert stream.layer_counts.tolist() == [1, stream.n_cells]


def test_threads_end_when_nobody_refers_to_the_stream():
    before = n_threads()
    for _ in itertools.islice(ll.iter_regions(LARGE, BOX, threads=2), 2):
        pass
    gc.collect()
    assert n_threads() == before


def test_threads_end_on_an_exception_in_the_consumer_and_in_progress():
    before = n_threads()

    def consume():
        for batch in ll.iter_regions(LARGE, BOX, threads=2, batch=100):
            raise RuntimeError(str(len(batch)))

    with pytest.raises(RuntimeError, match="100"):
        consume()
    assert n_threads() == before

    told = []

    def progress(cells):
        told.append(cells)
        if len(told) == 3:
            raise KeyboardInterrupt

    stream = ll.iter_regions(LARGE, BOX, threads=2, batch=100, progress=progress)
    with pytest.raises(KeyboardInterrupt):
        list(stream)
    assert n_threads() == before
    assert len(told) == 3
    assert told == sorted(told)
    assert list(stream) == []


WAIT = """
import os
import leadlight as ll

list(ll.iter_regions(ll.mlp(2, [4], 1), [(-3, 3), (-3, 3)]))  # with the first thread a sanitizer starts one too
before = len(os.listdir("/proc/self/task"))
net = ll.mlp(2, [1500, 400], 1, init="he_normal", bias="normal(0.5)", seed=0)
stream = ll.iter_regions(net, [(-3, 3), (-3, 3)], threads=2, batch=2**30, patterns=False, maps=False)
print("started", flush=True)
try:
    next(stream)
except KeyboardInterrupt:
    print("interrupted", len(os.listdir("/proc/self/task")) - before)
"""


def test_a_signal_interrupts_waiting():
    process = subprocess.Popen([sys.executable, "-c", WAIT], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert out == "interrupted 0\n"
    assert process.returncode == 0


def test_closing_from_elsewhere_ends_one_who_waits():
    before = n_threads()
    stream = ll.iter_regions(LARGE, BOX, threads=2, batch=2**30, patterns=False, maps=False)
    timer = threading.Timer(0.2, stream.close)
    timer.start()
    assert list(stream) == []
    timer.join()
    assert stream.layer_counts is None
    assert n_threads() == before


def test_two_readers_at_once_are_refused():
    stream = ll.iter_regions(LARGE, BOX, batch=2**30, patterns=False, maps=False)
    reader = threading.Thread(target=list, args=(stream,))
    reader.start()
    time.sleep(0.2)
    with pytest.raises(RuntimeError, match="being read already"):
        stream._cells.next()
    stream.close()
    reader.join(20)
    assert not reader.is_alive()


def test_several_threads_take_the_batches_of_one_stream():
    net = ll.mlp(2, [60, 60], 1, init="he_normal", bias="normal(0.5)", seed=0)
    n_cells = int(ll.count_regions(net, BOX))
    for _ in range(5):
        stream, taken = ll.iter_regions(net, BOX, batch=20), [[], [], []]
        readers = [
            threading.Thread(target=lambda mine=mine: mine.extend(batch.numbers for batch in stream))  # noqa: B023
            for mine in taken
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(60)
        assert sorted(i for mine in taken for numbers in mine for i in numbers) == list(range(n_cells))
        assert stream.n_cells == n_cells
        assert stream.is_complete


def test_threads_wait_for_a_slow_consumer():
    found = []
    with ll.iter_regions(LARGE, BOX, threads=2, batch=1000, progress=found.append) as stream:
        next(stream)
        time.sleep(1.0)  # for more than a million cells
        next(stream)
    assert found[-1] < 200_000
