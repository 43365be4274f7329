"""System checks: mistakes in settings that would otherwise show at the first message.

They read settings and the names of modules; none touches the network or the database.
"""

from rooms.checks.databases import (
    check_persistent_connections,
    check_sqlite,
    check_time_limits,
)
from rooms.checks.deploying import check_debug, check_kept_secret, check_secret, check_shared_file
from rooms.checks.importing import check_dotted_paths, check_import_names, check_packages
from rooms.checks.shape import check_settings
from rooms.checks.sharing import check_broker, check_cache, check_counting, check_layer, check_locks

ALL = (
    check_settings,
    check_dotted_paths,
    check_sqlite,
    check_persistent_connections,
    check_import_names,
    check_packages,
    check_locks,
    check_layer,
    check_broker,
    check_counting,
    check_cache,
)
"""Run by every `manage.py check`."""

DEPLOYMENT = (
    check_shared_file,
    check_secret,
    check_kept_secret,
    check_debug,
    check_time_limits,
)
"""Run by `manage.py check --deploy` only."""
