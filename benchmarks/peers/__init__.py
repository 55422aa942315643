"""What people use today for the same work, each with its own packages."""
