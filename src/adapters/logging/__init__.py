"""structlog behind the Observer port; what configures logging, but that adapters/datadog silences its library."""
