"""What a worker sends to Datadog's own test agent."""
