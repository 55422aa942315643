"""The container image, run the way docker-compose.yml runs it."""
