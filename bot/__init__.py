"""Pointkeeper: what is broken in a city is reported, put right in time, and checked."""
