"""Calendar entries, written with icalendar."""
