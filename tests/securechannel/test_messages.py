import pytest

from kaijo.securechannel.messages import Command, Response


@pytest.mark.parametrize(
    ("lc", "le", "expected"),
    [
        (8, 0, "8482010008"),
        (255, 256, "84820100ff"),
        (8, 257, "84820100000008"),
        (256, 0, "84820100000100"),
        (65535, 65536, "8482010000ffff"),
    ],
)
def test_header_has_the_shortest_form_that_fits(lc: int, le: int, expected: str) -> None:
    assert Command(0x84, 0x82, 1, 0, le=le).header(lc).hex() == expected


@pytest.mark.parametrize(
    ("sw", "expected"),
    [(0x9000, False), (0x6283, False), (0x63C2, False), (0x6A88, True), (0x6100, True), (0x9001, True)],
)
def test_is_error_is_all_but_success_and_warnings(sw: int, expected: bool) -> None:
    assert Response(b"", sw).is_error is expected


def test_data_stays_out_of_repr() -> None:
    assert repr(Command(0, 0x2C, 2, 1, b"secret")) == "Command(cla=0, ins=44, p1=2, p2=1, le=0)"
    assert repr(Response(b"secret", 0x9000)) == "Response(sw=36864)"
