"""Providers that send nothing: they record what they were asked and fail on demand."""
