"""structlog behind the Observer port; the only place that configures logging."""
