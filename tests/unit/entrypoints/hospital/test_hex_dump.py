"""Bytes for people."""

from entrypoints.hospital.hex_dump import hex_dump


def test_bytes_are_shown_beside_what_is_readable_of_them() -> None:
    assert list(hex_dump(b"Ada\x1b[2J", None)) == [f"  00000000  {'41 64 61 1b 5b 32 4a':<48} Ada.[2J"]


def test_rows_with_damage_are_marked() -> None:
    marks = [line[0] for line in hex_dump(bytes(64), (20, 33))]
    assert marks == [" ", ">", ">", " "]


def test_what_is_far_from_the_damage_is_left_out() -> None:
    lines = list(hex_dump(bytes(16_000), (8000, 8001)))
    assert lines[0] == "  ... 7872 bytes before"
    assert lines[-1].startswith("  ... ")
    assert [line for line in lines if line.startswith(">")] == [line for line in lines if "00001f40" in line]
    assert len(lines) < 40


def test_an_empty_body_has_no_lines() -> None:
    assert list(hex_dump(b"", None)) == []
