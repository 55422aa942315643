"""The Jinja2 renderer and the templates that ship with it."""
