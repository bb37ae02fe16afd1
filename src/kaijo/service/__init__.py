"""The reservation service: the HTTP API over `reset`, and the adapters of its ports."""
