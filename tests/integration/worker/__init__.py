"""The worker as a process: real settings, real RabbitMQ, real SMTP."""
