"""How rows move through the house: inbox, engine, outbox, chores, and the leases that keep one worker at each."""
