"""Rules that share out each journey by itself."""
