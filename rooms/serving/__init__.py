"""Running a whole site in one process: server, worker, first user, demo."""
