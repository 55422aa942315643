"""What a door reads off a screen is the code, read here by zxing-cpp, which shares no line with the encoder."""

import io
import random
import string

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from adapters.segno.qr_encoder import SegnoQrEncoder
from application.ports.qr_encoder import MAX_QR_CHARACTERS, QR_CSS_PX

PRINTABLE = string.digits + string.ascii_letters + string.punctuation + " "
WHITE = 255
QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def _picture(text: str) -> Image.Image:
    picture = Image.open(io.BytesIO(SegnoQrEncoder().png(text)), formats=["PNG"])
    assert (picture.mode, picture.size) == ("1", (2 * QR_CSS_PX, 2 * QR_CSS_PX))
    return picture.convert("L")


def _read(picture: Image.Image, factor: float = 1) -> list[str]:
    if factor != 1:
        picture = picture.resize([round(side * factor) for side in picture.size], Image.Resampling.BILINEAR)
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=QR_CODES)]


def _quiet_px_on_each_side(picture: Image.Image) -> tuple[int, int, int, int]:
    box = picture.point(lambda value: WHITE - int(value)).getbbox()
    assert box
    left, upper, right, lower = box
    return left, upper, picture.width - right, picture.height - lower


@pytest.mark.parametrize("part", range(4))
def test_any_printable_code_is_read_at_the_size_of_the_file_at_half_and_at_double(part: int) -> None:
    choice = random.Random(part)
    codes = ["".join(choice.choices(PRINTABLE, k=choice.randint(1, MAX_QR_CHARACTERS))) for _ in range(20)]
    for code in codes:
        picture = _picture(code)
        assert {factor: _read(picture, factor) for factor in (0.5, 1, 2)} == {0.5: [code], 1: [code], 2: [code]}


@pytest.mark.parametrize(
    "code",
    [
        *PRINTABLE, PRINTABLE, "0", "0042", "A" * MAX_QR_CHARACTERS, "~" * MAX_QR_CHARACTERS, "ticket-7", " a ",
        "https://example.org/t/4f2?a=b", "00000000-0000-4000-8000-000000000007", "a\tb\nc",
    ],
)  # fmt: skip
def test_short_long_and_plain_codes_are_read_as_they_are(code: str) -> None:
    assert _read(_picture(code), 0.5) == [code]


@pytest.mark.parametrize(
    "code",
    ["é", "Zoë", "ああ", "東京ドーム", "שלום", "🎟️ 7", "ÃÃ", "€", "ß" * MAX_QR_CHARACTERS, "東" * MAX_QR_CHARACTERS],
)
def test_other_scripts_are_read_as_utf_8_also_where_the_bytes_look_like_shift_jis(code: str) -> None:
    assert _read(_picture(code)) == [code]


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30))
def test_any_text_is_read(code: str) -> None:
    assert _read(_picture(code)) == [code]


@pytest.mark.parametrize("length", [1, 10, 40, 100, MAX_QR_CHARACTERS])
def test_edges_are_sharp_on_single_and_double_density_with_four_quiet_modules_around(length: int) -> None:
    picture = _picture("a" * length)
    single = picture.resize((QR_CSS_PX, QR_CSS_PX), Image.Resampling.BOX)
    assert {colour for _, colour in single.getcolors() or []} == {0, WHITE}
    first_row = single.crop((0, _quiet_px_on_each_side(single)[1], QR_CSS_PX, QR_CSS_PX)).tobytes()[:QR_CSS_PX]
    finder_px = first_row.lstrip(b"\xff").index(b"\xff")  # seven modules of black
    assert min(_quiet_px_on_each_side(single)) >= 4 * finder_px / 7


def test_the_same_code_gives_the_same_bytes() -> None:
    assert SegnoQrEncoder().png("ticket-7") == SegnoQrEncoder().png("ticket-7")


@pytest.mark.parametrize("text", ["", "a" * (MAX_QR_CHARACTERS + 1)])
def test_no_text_and_too_much_text_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="characters"):
        SegnoQrEncoder().png(text)
