"""Is the browser closed? Asked of locks and processes made up for the purpose."""
