"""E-mail by any mail server."""
