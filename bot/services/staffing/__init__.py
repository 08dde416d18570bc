"""Who stands in for whom, and how people and groups join."""
