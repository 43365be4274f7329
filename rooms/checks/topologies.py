"""The topology as checks see it: there is none while the setting itself is wrong."""

from django.core.exceptions import ImproperlyConfigured

from rooms.topology import Topology, resolve_topology


def find_topology() -> Topology | None:
    """Return the topology, or None while `ROOMKIT` is wrong, which is E001's business."""
    try:
        return resolve_topology()
    except ImproperlyConfigured:
        return None


def find_shared_topology() -> Topology | None:
    """Return the topology if other processes work on the same rooms."""
    topology = find_topology()
    return topology if topology is not None and topology.is_shared else None
