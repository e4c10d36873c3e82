-- page_size=32768
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=delete
-- user_version=1
-- application_id=0

CREATE TABLE sites (originAttributeSuffix TEXT NOT NULL,siteHost TEXT NOT NULL, entryType INTEGER NOT NULL, timeStamp INTEGER NOT NULL, PRIMARY KEY (originAttributeSuffix, siteHost));
