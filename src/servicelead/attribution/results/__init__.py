"""Credit: what a strategy returns, added up, put in words and given its uncertainty."""
