"""One module per family of stores: each finds the target's traces in a file and edits a staged copy of it."""
