"""The preview page and what it asks for."""
