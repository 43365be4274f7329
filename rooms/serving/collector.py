"""Python's cyclic garbage collector, set for a process that serves for days."""

import gc

# By default every 700 new objects start a collection. With some fifty messages under way that means
# looking at the same living objects again and again: a fifth of all work.
YOUNG_OBJECTS = 50_000


def relax_collector() -> None:
    """Collect less often, and never again look at what was loaded until now.

    For processes of our own that have loaded everything; a library does not set this for its host.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
