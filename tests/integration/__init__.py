"""Integration tests: real RabbitMQ, real SMTP."""
