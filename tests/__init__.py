"""Tests of the whole repository.

A package, so that ``tests.hooks`` can never be imported as ``hooks`` and hide the app.
"""
