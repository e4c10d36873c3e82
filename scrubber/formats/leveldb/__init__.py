"""LevelDB in Python: Chromium keeps Local Storage, Service Workers and two dozen other stores in it.

There is no binding for Windows on current Pythons, and deleting through one would leave what was deleted, and
a marker that names it, in the files. So a database is read here, and written anew from what is to stay.
"""

from scrubber.formats.leveldb.coding import Record
from scrubber.formats.leveldb.database import Database, is_database, is_own, read, read_file, write

__all__ = ["Database", "Record", "is_database", "is_own", "read", "read_file", "write"]
