"""Bytes and strings ↔ records. Nothing here knows of sites, traces or removal."""
