"""Questions to the servers a process depends on, each answered within seconds."""
