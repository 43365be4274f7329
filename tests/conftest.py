"""What every test gets."""

pytest_plugins = [
    "tests.plugins.database",
    "tests.plugins.network",
    "tests.plugins.process_logs",
    "tests.plugins.seed",
    "tests.plugins.services",
]
