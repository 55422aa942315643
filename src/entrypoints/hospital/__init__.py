"""The commands of the hospital: what they ask of the store, and how they show it."""
