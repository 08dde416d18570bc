"""What happens by itself: a clock that ticks, and one file a job."""
