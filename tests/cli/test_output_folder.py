"""The output folder: checked before any work, and what to do when it cannot be written."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest


def can_mount(how: tuple[str, ...]) -> bool:
    """Whether this machine lets us mount a small tmpfs in a mount namespace of our own."""
    if shutil.which("unshare") is None:
        return False
    trial = [*how, "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


NAMESPACES = (("unshare", "-m"), ("unshare", "-rm"))
NAMESPACE = next((how for how in NAMESPACES if can_mount(how)), None)


def mounted(options: str, folder: Path, before: str = "true") -> tuple[str, ...]:
    """Words that run what follows with a tmpfs of those options on `folder`, showing the folder at the end."""
    assert NAMESPACE is not None
    mount = f'mount -t tmpfs -o {options} none "{folder}" && {before}'
    script = f'{mount} && "$@"; code=$?; ls -A "{folder}" >&2; exit $code'
    return (*NAMESPACE, "sh", "-c", script, "sh")


def test_a_folder_is_made_with_its_parents(toys) -> None:
    assert toys.run("run", "fine", "--out", "a/b/c").returncode == 0
    assert (toys.folder / "a" / "b" / "c" / "index.html").exists()


def test_a_file_in_the_way(toys) -> None:
    (toys.folder / "taken").write_text("precious")
    done = toys.run("run", "fine", "--out", "taken")
    assert done.returncode == 2
    assert done.stderr == (
        "leadlight: Cannot write to the folder taken: it exists and is not a folder: choose another name.\n"
    )
    assert (toys.folder / "taken").read_text() == "precious"


def test_a_file_further_up_the_path(toys) -> None:
    (toys.folder / "taken").write_text("precious")
    done = toys.run("run", "fine", "--out", "taken/below")
    assert done.returncode == 2
    assert "a part of the path is a file" in done.stderr


@pytest.mark.parametrize("folder", ["/proc/leadlight", "/proc/self"])
def test_a_file_system_that_takes_no_files(toys, folder: str) -> None:
    done = toys.run("run", "fine", "--out", folder)
    assert done.returncode == 2
    assert done.stderr.startswith(f"leadlight: Cannot write to the folder {folder}: ")
    assert done.stderr.count("\n") == 1


def test_a_read_only_folder(toys) -> None:
    folder = toys.folder / "closed"
    folder.mkdir()
    if NAMESPACE is not None:
        done = toys.run("run", "fine", "--out", "closed", prefix=mounted("ro,size=1m", folder))
        assert "the file system is read-only" in done.stderr
    else:  # without the right to mount we are no superuser either, and permissions count
        assert os.getuid() != 0 or sys.platform != "linux"
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        done = toys.run("run", "fine", "--out", "closed")
        folder.chmod(stat.S_IRWXU)
        assert "permission is denied" in done.stderr
    assert done.returncode == 2
    assert done.stdout == ""
    assert list(folder.iterdir()) == []


def limited(size: int) -> tuple[str, ...]:
    """Words that run what follows with no file larger than `size` bytes: a full disk for those who cannot mount."""
    code = (
        "import os, resource, sys;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); os.execvp(sys.argv[1], sys.argv[1:])"
    )
    return (sys.executable, "-c", code)


def test_a_disk_that_is_full_before_the_start(toys) -> None:
    folder = toys.folder / "full"
    folder.mkdir()
    if NAMESPACE is not None:
        fill = f'! dd if=/dev/zero of="{folder}/filler" bs=1k count=99 2>/dev/null'
        prefix, reason = mounted("size=16k", folder, fill), "the disk is full"
    else:
        prefix, reason = limited(4), "Cannot write to the folder"
    done = toys.run("run", "fine", "--out", "full", prefix=prefix)
    assert done.returncode == 2
    assert done.stdout == ""  # nothing was run
    assert done.stderr.startswith("leadlight: Cannot write to the folder full: ")
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_a_disk_that_fills_up_while_the_report_is_written(toys) -> None:
    folder = toys.folder / "small"
    folder.mkdir()
    prefix = mounted("size=64k", folder) if NAMESPACE is not None else limited(100_000)
    done = toys.run("run", "big", "--out", "small", prefix=prefix)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "1/1" in done.stdout  # the summary is shown all the same
    complaint, *listing = done.stderr.splitlines()
    assert complaint.startswith("leadlight: Cannot write small/results.json: ")
    assert "index.html" not in listing
    assert not any(name.endswith((".tmp", ".part")) for name in listing)
    if NAMESPACE is not None:
        assert "the disk is full" in complaint
        rescued = Path(complaint.split("written to ")[1].removesuffix(" instead."))
        assert {p.name for p in rescued.iterdir()} == {"index.html", "results.json", "timings.json"}
        shutil.rmtree(rescued)
