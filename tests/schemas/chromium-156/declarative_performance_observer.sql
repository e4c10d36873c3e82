-- page_size=4096
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=delete
-- user_version=0
-- application_id=0

CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE TABLE declarative_performance_observer_policies (origin TEXT PRIMARY KEY NOT NULL, capture_early_failures BOOLEAN NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE declarative_performance_observer_reports (id INTEGER PRIMARY KEY AUTOINCREMENT, origin TEXT NOT NULL, payload TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX idx_reports_origin ON declarative_performance_observer_reports(origin);
