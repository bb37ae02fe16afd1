from kaijo.words import catalogue
from tools.failure_codes import PAGE, page


def test_every_failure_is_on_the_page_in_both_languages() -> None:
    made = page()
    for code, row in catalogue().items():
        if isinstance(row["ja"], dict):
            assert f"`{code}`" in made
            assert row["ja"]["title"] in made
            assert row["en"]["title"] in made


def test_page_is_in_step() -> None:
    assert PAGE.read_text("utf-8") == page()
