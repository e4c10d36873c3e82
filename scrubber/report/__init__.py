"""Plan, outcome and verdict as people and programs read them."""
