"""Jinja2 templates: tasks become HTML and plain text; may depend on the application, the domain and Jinja2."""
