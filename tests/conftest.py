"""The rules of the house and the fixtures that more than one room needs."""

pytest_plugins = [
    "tests.support.house",
    "tests.support.pcscd",
    "tests.support.command",
    "tests.support.browser",
    "tests.support.softhsm",
    "tests.support.postgres",
    "tests.support.engines",
    "tests.support.world",  # after what it imports: a plugin's asserts are rewritten as it is registered
]
