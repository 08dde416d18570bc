"""The commands, one file a topic; which there are, and what they are told, stands in `bot.__main__`."""
