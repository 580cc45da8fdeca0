"""What learns from snapshots, and how frames become the numbers it learns from."""
