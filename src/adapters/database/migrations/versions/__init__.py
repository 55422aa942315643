"""One module for each step of the schema, never changed after its release."""
