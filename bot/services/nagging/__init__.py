"""What is said when a clock reaches a mark: nag cards, the ladder, and what another count moves."""
