"""What a machine, or a container on it, still has for us."""

from leadlight import _machine


def test_a_container_leaves_its_limit_less_what_is_used_and_cannot_be_dropped(tmp_path):
    assert _machine._left_in_container(tmp_path) == []
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 500\ninactive_file 150\nactive_file 50\n")
    (tmp_path / "memory.max").write_text("max\n")  # no limit
    assert _machine._left_in_container(tmp_path) == []
    (tmp_path / "memory.max").write_text("1000\n")
    assert _machine._left_in_container(tmp_path) == [450]
    (tmp_path / "memory.current").write_text("2000\n")
    assert _machine._left_in_container(tmp_path) == [0]


def test_there_is_memory_left_here():
    assert _machine.available_memory() > 10**6
