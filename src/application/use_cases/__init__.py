"""One file per thing the product does; depends on the domain and the ports; imported by entrypoints only."""
