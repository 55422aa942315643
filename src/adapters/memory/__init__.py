"""In-memory adapters for tests and the demo; no third party, no network."""
