"""The independent examination: is anything of the target left? It knows no store and no browser."""
