import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlight.data import csv_file, read_csv
from leadlight.errors import DataError, FileError, ParameterError, UnknownNameError


@pytest.fixture
def table(tmp_path):
    def write(text, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return path

    return write


def test_text_in_the_last_column_is_a_class(table):
    data = read_csv(table("a,b,kind\n1,2,dog\n3,4,cat\n5,6,dog\n", "pets.csv"))
    assert data.X.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert data.y.tolist() == [1, 0, 1]
    assert (data.class_names, data.feature_names, data.name) == (("cat", "dog"), ("a", "b"), "pets")


def test_a_few_whole_numbers_are_classes_in_their_order(table):
    data = read_csv(table("x,y\n0.5,10\n1.5,9\n2.5,10.0\n"))
    assert data.y.tolist() == [1, 0, 1]
    assert data.class_names == ("9", "10")


def test_other_numbers_are_a_regression(table):
    data = read_csv(table("x,y\n1,0.5\n2,1\n3,2\n"))
    assert data.y.tolist() == [[0.5], [1], [2]]
    assert data.class_names is None
    many = "x,y\n" + "".join(f"{i},{i}\n" for i in range(21))
    assert not read_csv(table(many)).is_classification
    assert read_csv(table(many), task="classification").n_classes == 21


def test_the_task_can_be_stated(table):
    path = table("x,y\n1,0\n2,1\n3,1\n")
    assert read_csv(path).is_classification
    assert read_csv(path, task="regression").y.tolist() == [[0], [1], [1]]
    with pytest.raises(ParameterError, match="'classification' or 'regression'; got 'guess'"):
        read_csv(path, task="guess")


def test_any_column_can_be_the_target(table):
    data = read_csv(table("kind,a,b\nu,1,2\nv,3,4\n"), target="kind")
    assert data.X.tolist() == [[1, 2], [3, 4]]
    assert data.feature_names == ("a", "b")
    with pytest.raises(UnknownNameError, match="Unknown column 'kinds': did you mean 'kind'"):
        read_csv(table("kind,a\nu,1\nv,2\n"), target="kinds")


def test_spreadsheets_are_read(table):
    assert read_csv(table("a;kind\r\n1;u\r\n2;v\r\n", encoding="utf-8-sig")).feature_names == ("a",)
    assert len(read_csv(table("a\tkind\n1\tu\n\n2\tv\n\n"))) == 2
    assert read_csv(table('"a, b",kind\n" 1 ","x, y"\n2e3,"z"\n')).class_names == ("x, y", "z")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "table.csv is empty: the first line must name"),
        ("\n\n", "is empty"),
        ("a,b\n", "has 0 rows below its header"),
        ("a,b\n1,u\n", "has 1 rows"),
        ("a\n1\n2\n", "line 1 names one column"),
        ("1,2\n3,4\n5,6\n", "line 1 holds numbers"),
        ("a,a,y\n1,2,u\n3,4,v\n", "column 2 is called 'a' as another one is"),
        ("a,,y\n1,2,u\n3,4,v\n", "column 2 has no name"),
        ("a,b,y\n1,2,u\n3,v\n", "line 3 has 2 cells, the header has 3"),
        ("a,b,y\n1,2,u\n3,4,v,5\n", "line 3 has 4 cells"),
        ("a,b,y\n1,2,u\n3,red,v\n", "line 3, column 'b' 'red' is not a finite number"),
        ("a,b,y\n1,nan,u\n3,4,v\n", "line 2, column 'b' 'nan' is not a finite number"),
        ("a,b,y\n1,2,u\n\n3,inf,v\n", "line 4, column 'b' 'inf'"),
        ("a,b,y\n1,1_000,u\n3,4,v\n", "'1_000' is not a finite number"),
        ("a,b,y\n1,,u\n3,4,v\n", "line 2, column 'b' is empty"),
        ("a,y\n1,u\n2,\n", r"line 3, column 'y' \(the target\) is empty"),
        ("a,y\n1,0.5\n2,NaN\n", r"line 3, column 'y' \(the target\) is 'NaN'"),
        ("a,y\n1,u\n2,u\n", "column 'y' holds one class only, 'u'"),
        ('a,y\n1,"u\n2,v\n', "not well-formed CSV"),
    ],
)
def test_bad_tables_are_named_with_line_and_column(table, text, words):
    with pytest.raises(DataError, match=words) as caught:
        read_csv(table(text))
    assert "table.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_text_target_is_no_regression(table):
    with pytest.raises(DataError, match="line 3, column 'y': 'u' is not a finite number"):
        read_csv(table("a,y\n1,2\n2,u\n"), task="regression")


def test_too_many_classes(table):
    text = "a,y\n" + "".join(f"1,name{i}\n" for i in range(1001))
    with pytest.raises(DataError, match="holds 1,001 classes, more than 1,000"):
        read_csv(table(text))


def test_files_that_cannot_be_read(table, tmp_path, monkeypatch):
    with pytest.raises(FileError, match=r"none\.csv cannot be read: No such file"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(FileError, match="is not a file"):
        read_csv(tmp_path)
    with pytest.raises(FileError, match=r"not UTF-8 text \(byte"):
        read_csv(table("a,y\n1,é\n2,v\n", encoding="latin-1"))
    monkeypatch.setattr(csv_file, "MAX_BYTES", 10)
    with pytest.raises(FileError, match="holds 15 bytes, more than the 10"):
        read_csv(table("a,y\n1,uu\n2,vvv\n"))


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["u", "ü, ö", 'v"w', "0x"])
        ),
        min_size=2,
        max_size=12,
    ).filter(lambda rows: len({kind for _, kind in rows}) > 1)
)
def test_what_the_csv_module_writes_is_read_back_exactly(tmp_path_factory, rows):
    text = io.StringIO()
    csv.writer(text).writerows([("x", "kind"), *((repr(x), kind) for x, kind in rows)])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(text.getvalue().encode())
    data = read_csv(path)
    assert data.X.ravel().tolist() == [x for x, _ in rows]
    assert data.class_names is not None
    assert [data.class_names[label] for label in data.y] == [kind for _, kind in rows]
    assert list(data.class_names) == sorted(set(np.array([kind for _, kind in rows]).tolist()))


@settings(deadline=None)
@given(st.text(alphabet='a1.,;"\n\r\té\0-_e', max_size=60))
def test_any_text_is_a_table_or_one_error(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(text.encode())
    try:
        data = read_csv(path)
    except (DataError, FileError) as error:
        assert str(path) in str(error)  # noqa: PT017
    else:
        assert len(data) >= 2
