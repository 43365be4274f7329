"""Files of rooms: kept in Django's storage, served by addresses that are signed and expire."""
