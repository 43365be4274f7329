"""E-mail by SendGrid."""
