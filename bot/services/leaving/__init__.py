"""What is kept of people, taken along, erased; and functions given back."""
