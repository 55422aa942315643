"""Where the integration suite gets a real RabbitMQ from: a container, or a private server of Debian's package."""
