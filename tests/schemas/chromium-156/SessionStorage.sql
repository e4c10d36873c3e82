-- page_size=4096
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=wal
-- user_version=0
-- application_id=0

CREATE TABLE session_metadata(session_id TEXT NOT NULL,storage_key BLOB NOT NULL,map_id INTEGER NOT NULL,PRIMARY KEY(session_id, storage_key)) WITHOUT ROWID;
CREATE TABLE map_entries(map_id INTEGER NOT NULL,value_compression_type INTEGER NOT NULL,key BLOB NOT NULL,value BLOB NOT NULL,PRIMARY KEY(map_id, key)) WITHOUT ROWID;
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
