-- page_size=4096
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=delete
-- user_version=3
-- application_id=0

CREATE TABLE entries(key BLOB PRIMARY KEY UNIQUE NOT NULL, content BLOB NOT NULL, input_signature INTEGER, write_timestamp INTEGER);
