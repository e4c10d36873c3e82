-- page_size=4096
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=delete
-- user_version=0
-- application_id=0

CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE TABLE media_device_salts(  storage_key TEXT PRIMARY KEY NOT NULL,  creation_time INTEGER NOT NULL,  salt TEXT NOT NULL);
CREATE INDEX creation_time ON media_device_salts(creation_time);
