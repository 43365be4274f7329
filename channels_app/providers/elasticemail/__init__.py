"""E-mail by ElasticEmail."""
