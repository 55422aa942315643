"""The in-memory adapters, under the contracts of their ports."""
