"""What every test gets."""

pytest_plugins = ["tests.plugins.network", "tests.plugins.services"]
