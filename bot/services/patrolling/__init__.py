"""Rounds of point leaders (巡查)."""
