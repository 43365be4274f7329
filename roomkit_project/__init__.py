"""The project that composes the four apps into one site."""
