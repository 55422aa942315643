"""Datadog's DogStatsD client behind the Observer port."""
