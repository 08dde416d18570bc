"""One and the same story on every channel, through the whole program and the platforms' doubles."""
