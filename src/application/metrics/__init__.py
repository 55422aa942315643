"""What is measured: the registry of metrics and how events become measurements; depends on the domain only."""
