"""One module or folder a platform; all share `degrade`, for what a platform lacks."""
