"""Commands of the rooms, one a file."""
