"""Sources: they fetch messages where nobody would post them to us."""
