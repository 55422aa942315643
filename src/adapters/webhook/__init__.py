"""A webhook behind the Observer port, from the standard library alone."""
