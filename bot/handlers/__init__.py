"""Conversations: who sent what, and what is done and answered."""
