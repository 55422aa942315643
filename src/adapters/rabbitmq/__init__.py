"""RabbitMQ through aio-pika; depends on the application's ports and the domain, never on a sibling."""
