"""`enqueue` and `doctor` as a person runs them."""
