"""Running sources: one process at a time, started again when they fail, never lost from sight."""
