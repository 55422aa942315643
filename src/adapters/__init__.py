"""One library per sub-package, each behind a port; depends on the application and the domain, never on a sibling."""
