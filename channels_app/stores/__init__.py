"""Where the channels' async code meets their rows."""
