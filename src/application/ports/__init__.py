"""Protocols between the use cases and the outside; depend on the domain only."""
