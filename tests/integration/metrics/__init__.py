"""What the whole worker tells the metric sinks."""
