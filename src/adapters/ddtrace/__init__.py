"""Datadog's tracer behind the Observer port: traces only where an agent takes them."""
