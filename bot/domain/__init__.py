"""The rules: cases, deadlines, places and words of the trade; standard library only."""
