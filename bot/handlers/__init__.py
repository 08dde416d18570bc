"""One file a conversation; `router` says who gets what."""
