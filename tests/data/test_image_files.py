import io
import shutil
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from leadlight.data import image_files, read_images
from leadlight.errors import DataError, FileError, ParameterError

RED, BLUE = (200, 10, 10), (10, 10, 200)


def picture(colour=RED, size=(40, 30), kind="PNG"):
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, kind)
    return content.getvalue()


def members():
    """A small valid set: 2 + 1 training images and one each to validate."""
    return {
        "train/cat/a.png": picture(RED),
        "train/cat/b.jpg": picture(RED, kind="JPEG"),
        "train/dog/a.webp": picture(BLUE, kind="WEBP"),
        "val/cat/a.png": picture(RED),
        "val/dog/a.bmp": picture(BLUE, kind="BMP"),
    }


def folder_of(tmp_path, files):
    root = tmp_path / "faces"
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def zip_of(tmp_path, files, method=zipfile.ZIP_DEFLATED):
    path = tmp_path / "faces.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture(params=[folder_of, zip_of], ids=["folder", "zip"])
def make(request, tmp_path):
    """Both kinds of source, made from a table of names and contents."""
    return lambda files: request.param(tmp_path, files)


def test_a_set_is_read(make):
    train, val = read_images(make(members()), size=8)
    assert train.class_names == val.class_names == ("cat", "dog")
    assert train.labels.tolist() == [0, 0, 1]
    assert val.labels.tolist() == [0, 1]
    assert train.images.shape == (3, 8, 8, 3)
    for images, labels in ((train.images, train.labels), (val.images, val.labels)):
        for image, label in zip(images, labels):
            assert np.abs(image.astype(int) - (RED, BLUE)[label]).max() <= 6  # JPEG and WebP are lossy


def test_one_folder_around_it_and_clutter_are_looked_through(make):
    files = {f"afhq/{name}": content for name, content in members().items()}
    files |= {
        "__MACOSX/afhq/train/cat/._a.png": b"junk",
        "afhq/.DS_Store": b"junk",
        "afhq/train/cat/.hidden": b"junk",
        "afhq/train/Thumbs.db": b"junk",
        "afhq/val/dog/desktop.ini": b"junk",
        "afhq/test/cat/a.txt": b"whatever lies beside train and val",
        "README.txt": b"hello",
    }
    train, val = read_images(make(files))
    assert (len(train), len(val)) == (3, 2)


def test_images_are_cropped_turned_upright_and_made_rgb(make):
    wide = Image.new("RGB", (60, 20), RED)
    wide.paste(BLUE, (20, 0, 40, 20))  # the central square is blue
    stretched = io.BytesIO()
    wide.save(stretched, "PNG")
    tall = Image.new("RGB", (16, 16), RED)
    tall.paste(BLUE, (0, 0, 16, 8))  # blue on top as stored; the tag says: turn by 180 degrees
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = io.BytesIO()
    tall.save(turned, "PNG", exif=exif)
    grey = io.BytesIO()
    Image.new("LA", (9, 9), (77, 255)).save(grey, "PNG")
    files = members() | {
        "train/dog/1.png": stretched.getvalue(),
        "train/dog/2.png": turned.getvalue(),
        "train/dog/3.png": grey.getvalue(),
    }
    train, _ = read_images(make(files), size=16)
    crop, upright, rgb = train.images[2:5]
    assert (crop[:, 1:-1] == BLUE).all()  # the filter reaches one pixel beyond the crop
    assert (upright[:7] == RED).all()
    assert (upright[9:] == BLUE).all()
    assert (rgb == 77).all()


def without(start):
    return {name: content for name, content in members().items() if not name.startswith(start)}


@pytest.mark.parametrize(
    ("files", "error", "words"),
    [
        (
            members() | {"train/cat/bad.png": picture()[:60]},
            FileError,
            "train/cat/bad.png is a damaged image",
        ),
        (
            members() | {"val/dog/bad.jpg": picture(size=(300, 300), kind="JPEG")[:900]},
            FileError,
            "val/dog/bad.jpg is a damaged image",
        ),
        (members() | {"train/cat/notes.txt": b"hello"}, FileError, "train/cat/notes.txt is not an image"),
        (members() | {"train/cat/empty.png": b""}, FileError, "train/cat/empty.png is not an image"),
        (members() | {"train/loose.png": picture()}, DataError, "loose.png lies outside of a class folder"),
        (members() | {"train/cat/more/a.png": picture()}, DataError, "train/cat/more"),
        (members() | {"train/fox/a.png": picture()}, DataError, "'fox' is in one only"),
        (without("val"), DataError, r"has no folder 'val' \(found: train\)"),
        (without("train"), DataError, "has no folder 'train'"),
        ({"a.png": picture()}, DataError, r"no folder 'train' \(found: nothing\)"),
        (
            {"train/cat/a.png": picture(), "val/cat/a.png": picture()},
            DataError,
            "holds 1 classes; at least 2",
        ),
        (members() | {"train/owl/.keep": b"", "val/owl/a.png": picture()}, DataError, "owl"),
    ],
)
def test_bad_sets_are_named(make, files, error, words):
    with pytest.raises(error, match=words) as caught:
        read_images(make(files))
    assert "\n" not in str(caught.value)


def test_an_empty_class_folder(tmp_path):
    root = folder_of(tmp_path, members())
    (root / "train" / "owl").mkdir()
    with pytest.raises(DataError, match="class folder train/owl holds no images"):
        read_images(root)
    path = zip_of(tmp_path, members() | {"train/owl/": b""})
    with pytest.raises(DataError, match="class folder train/owl holds no images"):
        read_images(path)


def png_header(width, height):
    """A PNG that only claims its size: a decoder would first have to find room for it."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + b"\x35\xaf\x06\x1e"


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_huge_images_are_refused_before_they_are_decoded(make, side):
    with pytest.raises(FileError, match=r"big.png .*more than 50,000,000"):
        read_images(make(members() | {"train/cat/big.png": png_header(side, side)}))


def test_huge_files_are_refused_before_they_are_read(make, monkeypatch):
    monkeypatch.setattr(image_files, "MAX_FILE_BYTES", 5000)
    with pytest.raises(FileError, match=r"big.png.* 6,000 bytes, more than .*5,000"):
        read_images(make(members() | {"train/cat/big.png": np.random.default_rng(0).bytes(6000)}))


@pytest.mark.parametrize(
    "name",
    [
        "../train/cat/x.png", "train/../../x.png", "/etc/passwd", "C:/x.png", "train\\cat\\x.png", "..",
        "__MACOSX/../../x", "train/cat/..",
    ],
)  # fmt: skip
def test_zip_slip_is_refused(tmp_path, name):
    path = tmp_path / "slip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for good, content in members().items():
            archive.writestr(good, content)
        archive.writestr(name, b"x")
    with pytest.raises(FileError, match="points out of the archive: refused"):
        read_images(path)


def test_links_in_a_zip_are_refused(tmp_path):
    path = tmp_path / "link.zip"
    link = zipfile.ZipInfo("train/cat/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(FileError, match=r"link.png' is a link or a special file"):
        read_images(path)


def test_links_out_of_a_folder_are_refused_and_those_within_are_followed(tmp_path):
    root = folder_of(tmp_path, members())
    (root / "train" / "cat" / "again.png").symlink_to(root / "train" / "cat" / "a.png")
    assert len(read_images(root)[0]) == 4
    outside = tmp_path / "secret.png"
    outside.write_bytes(picture())
    (root / "val" / "cat" / "x.png").symlink_to(outside)
    with pytest.raises(FileError, match=r"x.png is a link out of"):
        read_images(root)


def test_a_link_in_circles_ends(tmp_path):
    root = folder_of(tmp_path, members())
    (root / "train" / "cat" / "loop").symlink_to(root, target_is_directory=True)
    with pytest.raises(DataError, match="folder inside a class folder"):
        read_images(root)


def test_a_bomb_by_ratio_is_refused(tmp_path):
    with pytest.raises(FileError, match="as decompression bombs do"):
        read_images(zip_of(tmp_path, members() | {"train/cat/bomb.png": bytes(2**21)}))


def test_a_bomb_by_declared_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(image_files, "MAX_FILE_BYTES", 2**20)
    with pytest.raises(FileError, match="unpacks to 2,097,152 bytes, more than 1,048,576"):
        read_images(zip_of(tmp_path, members() | {"train/cat/bomb.png": bytes(2**21)}))


def test_a_bomb_by_total_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(image_files, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(FileError, match=r"unpacks to .* bytes, more than 1,000: refused"):
        read_images(zip_of(tmp_path, members() | {"README": bytes(1000)}))


@pytest.mark.parametrize("declared", [10, 3_000_000])
def test_a_member_that_is_not_as_large_as_it_says_is_refused(tmp_path, declared):
    """The true size is 2 MiB and grainy, so that the ratio is harmless; both of its headers lie."""
    content = np.random.default_rng(0).bytes(2**21)
    path = zip_of(tmp_path, members() | {"train/cat/liar.png": content})
    lie = path.read_bytes().replace(struct.pack("<I", 2**21), struct.pack("<I", declared))
    path.write_bytes(lie)
    with pytest.raises(FileError, match=r"liar.png' (is damaged|unpacks to 2,097,152 bytes, not the)"):
        read_images(path)


def test_too_many_files_are_refused(make, monkeypatch):
    monkeypatch.setattr(image_files, "MAX_FILES", 4)
    with pytest.raises(FileError, match="more than 4"):
        read_images(make(members()))


def test_unusual_members_are_refused(tmp_path):
    with pytest.raises(FileError, match="compression method 12"):
        read_images(zip_of(tmp_path, members(), zipfile.ZIP_BZIP2))
    path = zip_of(tmp_path, members())
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1  # the flag of encryption
    path.write_bytes(content)
    with pytest.raises(FileError, match="is encrypted"):
        read_images(path)


def test_a_name_twice_is_refused(tmp_path):
    path = zip_of(tmp_path, members())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("train/cat/a.png", picture(BLUE))
    with pytest.raises(FileError, match=r"'train/cat/a.png' twice"):
        read_images(path)


def test_a_damaged_archive(tmp_path):
    path = zip_of(tmp_path, members(), zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"IDAT") + 6] ^= 255
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"a.png' is damaged: Bad CRC-32"):
        read_images(path)
    path.write_bytes(bytes(content[:-30]))
    with pytest.raises(FileError, match="neither a folder nor a zip"):
        read_images(path)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(["PNG", "JPEG", "WEBP", "BMP", "GIF"]), st.data())
def test_any_damage_to_an_image_is_one_error_or_none(kind, draw):
    """Some flipped bytes still make an image (a BMP of other pixels); nothing else may come out of the decoder."""
    content = bytearray(picture(kind=kind))
    for _ in range(draw.draw(st.integers(1, 8))):
        content[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    del content[draw.draw(st.integers(0, len(content))) :]
    try:
        image = image_files._decode(Path("faces"), PurePosixPath("train/cat/a"), bytes(content), 8)
    except FileError as error:
        assert str(error).startswith("faces: train/cat/a ")  # noqa: PT017
    else:
        assert image.shape == (8, 8, 3)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_damage_to_an_archive_is_one_error_or_none(tmp_path_factory, flips):
    path = zip_of(tmp_path_factory.mktemp("zip"), members())
    content = bytearray(path.read_bytes())
    for place, value in flips:
        content[-1 - place % len(content)] = value
    path.write_bytes(content)
    try:
        train, _ = read_images(path, size=4)
    except (FileError, DataError):
        return
    assert train.n_classes >= 2


def test_paths_and_arguments(tmp_path):
    with pytest.raises(FileError, match="does not exist: give a folder or zip"):
        read_images(tmp_path / "nothing")
    text = tmp_path / "faces.txt"
    text.write_text("hello")
    with pytest.raises(FileError, match="neither a folder nor a zip file"):
        read_images(text)
    with pytest.raises(ParameterError, match="size must be at most 512"):
        read_images(tmp_path, size=1000)
    root = folder_of(tmp_path, members())
    shutil.rmtree(root / "train" / "dog")
    with pytest.raises(DataError, match="'dog' is in one only"):
        read_images(root)
