"""The order of steps and the ports they need; depends on the domain only (asyncio and structlog allowed)."""
