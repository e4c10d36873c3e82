-- page_size=32768
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=delete
-- user_version=1
-- application_id=0

CREATE TABLE events (id INTEGER PRIMARY KEY, type INTEGER NOT NULL, count INTEGER NOT NULL, timestamp DATE );
