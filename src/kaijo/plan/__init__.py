"""The shortest way to a filed return from where somebody stands tonight: situation, acts, search, advice."""
