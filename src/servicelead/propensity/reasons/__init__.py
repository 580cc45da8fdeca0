"""Why an account has its score."""
