from tools.check_lock import strange_lines, unmet

HASH = "    --hash=sha256:" + "0" * 64
LOCK = f"# made by a tool\nclick==8.5.1 ; sys_platform != 'win32' \\\n{HASH} \\\n{HASH}\n"


def test_strange_lines_pins_and_hashes_pass() -> None:
    assert list(strange_lines("dev", LOCK)) == []


def test_strange_lines_an_address_is_named() -> None:
    assert list(strange_lines("dev", LOCK + "--find-links there\n")) == [
        "requirements/dev.txt:5: neither a pin nor a hash"
    ]


def test_unmet_pinned_version_within_the_range_passes() -> None:
    assert list(unmet("dev", LOCK, ["Click>=8.2"])) == []


def test_unmet_version_outside_and_package_absent_are_named() -> None:
    assert list(unmet("dev", LOCK, ["click>=9", "rich"])) == [
        "requirements/dev.txt: click is 8.5.1, but pyproject.toml asks for click>=9",
        "requirements/dev.txt: rich is None, but pyproject.toml asks for rich",
    ]
