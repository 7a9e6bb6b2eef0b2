"""The transports by the scheme of their address."""

TRANSPORT_ALIASES: dict[str, str]
