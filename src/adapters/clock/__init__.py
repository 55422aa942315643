"""The operating system's clock behind the Clock port."""
