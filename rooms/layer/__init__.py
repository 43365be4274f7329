"""The bus over the site's channel layer, so that several processes show the same rooms."""

from rooms.layer.bus import LayerBus

__all__ = ["LayerBus"]
