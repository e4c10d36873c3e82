"""What a run takes away, in an encrypted archive that `scrubber undo` puts back byte for byte.

An age file (`age.py`) with a tar stream in it: the manifest (`manifest.py`), then the originals.
"""
