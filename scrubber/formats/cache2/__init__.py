"""Firefox's HTTP cache since version 32: entries, one to a file, and their index."""
