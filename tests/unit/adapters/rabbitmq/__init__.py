"""What of the RabbitMQ adapter needs no broker."""
