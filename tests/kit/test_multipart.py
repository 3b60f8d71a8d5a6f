"""Forms with files, as another library writes them and as captures on disk look."""

from __future__ import annotations

import pytest
from aiohttp import FormData
from aiohttp.multipart import MultipartWriter

from commonline.errors import MalformedPayloadError
from commonline.kit.multipart import parse


async def test_what_aiohttp_writes_comes_back_byte_for_byte() -> None:
    data = bytes(range(256)) + b"\r\n--x\r\n\r\n\n"
    form = FormData()
    form.add_field("text", "Grüße\r\n")
    form.add_field("file", data, filename='lid "4".png', content_type="image/png")
    form.add_field("empty", "")
    body = form()
    assert isinstance(body, MultipartWriter)
    text, file, empty = parse(body.content_type, await body.as_bytes())
    assert (text.name, text.filename, text.data) == ("text", None, "Grüße\r\n".encode())
    assert (file.name, file.media_type, file.data) == ("file", "image/png", data)
    assert empty.data == b""


@pytest.mark.parametrize("end", [b"", b"--", b"--\n", b"--\r\nepilogue"])
def test_bare_line_ends_and_a_missing_end(end: bytes) -> None:
    body = b'preamble\n--b c\nContent-Disposition: form-data; name="a"\n\nxy\n--b c\nno head\n--b c' + end
    (part,) = parse('multipart/form-data; boundary="b c"', body)
    assert (part.name, part.data) == ("a", b"xy")


def test_names_that_are_encoded() -> None:
    head = "Content-Disposition: form-data; name=\"f\"; filename*=utf-8''K%C3%BCche.png\r\nContent-ID: <c1>"
    (part,) = parse("multipart/form-data; boundary=b", f"--b\r\n{head}\r\n\r\nx\r\n--b--".encode())
    assert (part.filename, part.content_id) == ("Küche.png", "c1")


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=other", "text/plain"])
def test_without_its_boundary_it_is_no_form(kind: str) -> None:
    with pytest.raises(MalformedPayloadError, match="boundary"):
        parse(kind, b"--b\r\n\r\nx")
