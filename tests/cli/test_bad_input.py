"""Bad files at the command line: one sentence that names the file and the fault, exit code 2, never a traceback.

A small study reads what it is given through the same functions as the real ones; the real studies that take
``--data`` are in `REAL` and must complain alike.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

READER = """
from dataclasses import dataclass
from pathlib import Path

from leadlight.studies.parameters import parameter


@dataclass(frozen=True)
class Parameters:
    data: Path | None = parameter(None, "a file or folder")
    kind: str = parameter("csv", "what it holds", choices=("csv", "images", "model", "module"))


def run(parameters, page):
    import leadlight as ll

    if parameters.kind == "csv":
        data = ll.data.read_csv(parameters.data)
        net = ll.mlp(data.X.shape[1], [4], len(data.class_names))
        ll.train(net, data, loss="cross-entropy", lr=0.1, epochs=1, batch_size=8, drop_last=True)
    elif parameters.kind == "images":
        ll.data.read_images(parameters.data)
    elif parameters.kind == "model":
        ll.Network.load(parameters.data)
    else:
        from torch import nn

        class Branches(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = [nn.Linear(2, 3), nn.ReLU()]

            def forward(self, x):
                for layer in self.layers:
                    x = layer(x)
                return x

        ll.Network.of(Branches())
"""

READ = ("csv", "images", "model", "module")  # what the reader above takes
# the studies with --data, by what it holds
REAL = {"csv": ("depth", "iris"), "images": ("animal-faces", "init-gain"), "few": ("iris",)}
FULL_BATCH = ("iris", "csv fewer points than a batch")  # has no batches; its own limit is the case below


def csv(text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "table.csv"
        path.write_text(text)
        return path

    return make


def rows(n: int, classes: tuple[str, ...] = ("a", "b")) -> str:
    body = "".join(f"{i},{i * i},{classes[i % len(classes)]}\n" for i in range(n))
    return "x,y,class\n" + body


def png(size: tuple[int, int] = (8, 8)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (10, 200, 30)).save(buffer, format="PNG")
    return buffer.getvalue()


def pictures() -> dict[str, bytes]:
    return {
        f"{part}/{kind}/{i}.png": png()
        for part in ("train", "val")
        for kind in ("cat", "dog")
        for i in (0, 1)
    }


def folder_of(changes: dict[str, bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        for name, content in {**pictures(), **changes}.items():
            path = folder / "faces" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder / "faces"

    return make


def zip_of(changes: dict[str, bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "faces.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {**pictures(), **changes}.items():
                archive.writestr(name, content)
        return path

    return make


def huge_png() -> bytes:
    """A PNG that says it is 60,000 pixels a side."""
    content = bytearray(png())
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    return bytes(content)


def model(change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        import leadlight as ll

        path = folder / "net.safetensors"
        ll.mlp(2, [3], 1).save(path)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


def foreign_model(folder: Path) -> Path:
    from safetensors.numpy import save_file

    path = folder / "net.safetensors"
    save_file({"embedding": np.zeros((2, 2))}, path)
    return path


def missing(folder: Path) -> Path:
    return folder / "nowhere"


def bomb_header(content: bytes) -> bytes:
    return struct.pack("<Q", 2**62) + content[8:]


def lying_header(content: bytes) -> bytes:
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    header["layers.0.weight"]["shape"] = [2**40, 2**20]
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


CASES = {
    "csv missing": ("csv", missing, "nowhere"),
    "csv is a folder": ("csv", lambda folder: folder, "not a file"),
    "csv empty": ("csv", csv(""), "table.csv"),
    "csv text column": ("csv", csv("x,y,class\n1,red,a\n2,blue,b\n"), "line 2, column 'y'"),
    "csv nan": ("csv", csv("x,y,class\n1,2,a\nnan,3,b\n"), "line 3, column 'x'"),
    "csv infinite": ("csv", csv("x,y,class\n1,2,a\n2,inf,b\n"), "line 3, column 'y'"),
    "csv hole": ("csv", csv("x,y,class\n1,2,a\n2,,b\n"), "line 3, column 'y'"),
    "csv ragged": ("csv", csv("x,y,class\n1,2,a\n1,2\n"), "line 3"),
    "csv one class": ("csv", csv(rows(20, ("a",))), "one class"),
    "csv fewer points than a batch": ("csv", csv(rows(5)), "batch"),
    "csv few of a class": ("few", csv(rows(9)), "at least 5 of each class"),
    "csv binary": ("csv", lambda folder: _bytes(folder, "table.csv", b"\xff\xfe\x00\x01"), "UTF-8"),
    "images missing": ("images", missing, "nowhere"),
    "images corrupt": ("images", folder_of({"train/cat/broken.png": png()[:40]}), "broken.png"),
    "images huge": ("images", folder_of({"train/cat/huge.png": huge_png()}), "huge.png"),
    "images not an image": ("images", folder_of({"val/dog/notes.txt": b"hello"}), "notes.txt"),
    "images empty folder": ("images", lambda folder: _empty(folder), "train"),
    "zip slip": ("images", zip_of({"../evil.png": png()}), "evil.png"),
    "zip absolute": ("images", zip_of({"/tmp/evil.png": png()}), "evil.png"),
    "zip bomb": ("images", zip_of({"train/cat/bomb.png": bytes(30_000_000)}), "bomb.png"),
    "zip damaged": (
        "images",
        lambda folder: _bytes(folder, "faces.zip", b"PK\x03\x04 and then nothing"),
        "faces.zip",
    ),
    "model missing": ("model", missing, "nowhere"),
    "model truncated": ("model", model(lambda content: content[:-7]), "net.safetensors"),
    "model with more": ("model", model(lambda content: content + b"more"), "net.safetensors"),
    "model with a giant header": ("model", model(bomb_header), "net.safetensors"),
    "model that lies about sizes": ("model", model(lying_header), "net.safetensors"),
    "model of another kind": ("model", foreign_model, "net.safetensors"),
    "module with a plain list": ("module", missing, "plain Python list"),
}


def _bytes(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def _empty(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


def is_one_sentence(done, expected: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("leadlight: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("study", "case"),
    [
        (study, case)
        for case, (kind, *_) in CASES.items()
        for study in (*(("reader",) if kind in READ else ()), *REAL.get(kind, ()))
        if (study, case) != FULL_BATCH
    ],
)
def test_bad_file(toys, leadlight, tmp_path_factory, study: str, case: str) -> None:
    kind, make, expected = CASES[case]
    data = make(tmp_path_factory.mktemp("bad"))
    if study == "reader":
        (toys.folder / "toy_fine.py").write_text(READER)
        done = toys.run("run", "fine", "--kind", kind, "--data", str(data))
    else:
        done = leadlight("run", study, "--quick", "--data", str(data))
    is_one_sentence(done, expected)
    assert not (toys.folder / "evil.png").exists()
    assert not (data.parent.parent / "evil.png").exists()
