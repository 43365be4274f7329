"""E-mail without a vendor: writing mails, reading them, telling machines from people."""
