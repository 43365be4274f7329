"""Shipped with the package: fakes, factories and conformance suites for tests of rooms."""
