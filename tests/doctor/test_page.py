import re

import pytest

from kaijo.card.meter import Meter
from kaijo.doctor import examine, findings
from kaijo.doctor.page import as_page
from kaijo.virtualcard.persons import identity, person, persons
from kaijo.words import LANGS, Lang
from tests.support.world import NIGHT, World


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("person_id", [one.id for one in persons()])
def test_page_tells_a_help_desk_everything_but_who_it_is(world: World, person_id: str, lang: Lang) -> None:
    link = Meter(world.card(person_id), lambda: 0.0)  # or its milliseconds are some PIN one day
    guard = world.guard(link)
    seen = examine(guard, world.clock)
    page = as_page(seen, findings(seen), link, lang)
    who = identity(person(person_id), NIGHT)
    personal = [*who.name.split("\u3000"), who.address, who.my_number, who.serial, f"{who.birth_date:%Y%m%d}"]
    assert [value for value in (*personal, *who.pins.values()) if re.search(rf"\b{re.escape(value)}\b", page)] == []
    birthday = f"{who.birth_date.month}月{who.birth_date.day}日" if lang == "ja" else f"{who.birth_date:%-d %b}"
    assert birthday not in page
    for finding in findings(seen):
        assert finding.code in page
    assert page.count("<html") == page.count("</html>") == 1


def test_page_is_written_by_the_command(world: World) -> None:
    link = Meter(world.card("fresh"))
    seen = examine(world.guard(link), world.clock)
    folder = as_page(seen, (), link, "ja")
    assert "table of fresh" in folder
