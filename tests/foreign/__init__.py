"""Readers that others wrote, or that know a format by its public description alone: nothing of ours."""
