-- page_size=512
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=delete
-- user_version=131075
-- application_id=0

CREATE TABLE database( cache_version INTEGER NOT NULL DEFAULT 0);
CREATE TABLE cache( valid INTEGER NOT NULL DEFAULT 0, build_id TEXT NOT NULL DEFAULT '');
CREATE TABLE repository( id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE origin( repository_id INTEGER NOT NULL, suffix TEXT, group_ TEXT NOT NULL, origin TEXT NOT NULL, client_usages TEXT NOT NULL, usage INTEGER NOT NULL, last_access_time INTEGER NOT NULL, last_maintenance_date INTEGER NOT NULL, accessed INTEGER NOT NULL, persisted INTEGER NOT NULL, PRIMARY KEY (repository_id, origin), FOREIGN KEY (repository_id) REFERENCES repository(id) );
