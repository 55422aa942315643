"""What a mail costs; may depend on everything."""
