"""Writes of the encryption of secrets, whichever row keeps them."""

from channels_app.models import AgentConfig, ChannelConfig
from channels_app.secrets import decrypt, encrypt

Row = ChannelConfig | AgentConfig


def encrypt_again(*, row: Row) -> bool:
    """Encrypt a row's secrets with the first key; False if they were changed meanwhile.

    Nothing is new to the channel or agent, so that no process takes it up again.

    Raises:
        SecretsUnreadable: If no key of this site decrypts them.
    """
    fresh = encrypt(decrypt(row.secrets))
    same = type(row)._default_manager.filter(pk=row.pk, secrets=row.secrets)
    return same.update(secrets=fresh) > 0
