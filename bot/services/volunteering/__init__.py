"""Posts, shifts, counts and hours of volunteers."""
