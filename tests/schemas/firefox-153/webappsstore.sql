-- page_size=32768
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=wal
-- user_version=2
-- application_id=0

CREATE TABLE webappsstore2 (originAttributes TEXT, originKey TEXT, scope TEXT, key TEXT, value TEXT);
CREATE UNIQUE INDEX origin_key_index ON webappsstore2(originAttributes, originKey, key);
