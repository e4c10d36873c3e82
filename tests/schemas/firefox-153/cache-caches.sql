-- page_size=4096
-- encoding=UTF-8
-- auto_vacuum=2
-- journal_mode=wal
-- user_version=31
-- application_id=0

CREATE TABLE caches (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT );
CREATE TABLE security_info (id INTEGER NOT NULL PRIMARY KEY, hash BLOB NOT NULL, data BLOB NOT NULL, refcount INTEGER NOT NULL);
CREATE TABLE entries (id INTEGER NOT NULL PRIMARY KEY, request_method TEXT NOT NULL, request_url_no_query TEXT NOT NULL, request_url_no_query_hash BLOB NOT NULL, request_url_query TEXT NOT NULL, request_url_query_hash BLOB NOT NULL, request_referrer TEXT NOT NULL, request_headers_guard INTEGER NOT NULL, request_mode INTEGER NOT NULL, request_credentials INTEGER NOT NULL, request_contentpolicytype INTEGER NOT NULL, request_cache INTEGER NOT NULL, request_body_id TEXT NULL, response_type INTEGER NOT NULL, response_status INTEGER NOT NULL, response_status_text TEXT NOT NULL, response_headers_guard INTEGER NOT NULL, response_body_id TEXT NULL, response_security_info_id INTEGER NULL REFERENCES security_info(id), response_principal_info TEXT NOT NULL, cache_id INTEGER NOT NULL REFERENCES caches(id) ON DELETE CASCADE, request_redirect INTEGER NOT NULL, request_referrer_policy INTEGER NOT NULL, request_integrity TEXT NOT NULL, request_url_fragment TEXT NOT NULL, response_padding_size INTEGER NULL, request_body_disk_size INTEGER NULL, response_body_disk_size INTEGER NULL, response_credentials INTEGER NOT NULL );
CREATE TABLE request_headers (name TEXT NOT NULL, value TEXT NOT NULL, entry_id INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE);
CREATE TABLE response_headers (name TEXT NOT NULL, value TEXT NOT NULL, entry_id INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE);
CREATE TABLE response_url_list (url TEXT NOT NULL, entry_id INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE);
CREATE TABLE storage (namespace INTEGER NOT NULL, key BLOB NULL, cache_id INTEGER NOT NULL REFERENCES caches(id), PRIMARY KEY(namespace, key) );
CREATE TABLE usage_info (id INTEGER NOT NULL PRIMARY KEY, total_disk_usage INTEGER NOT NULL );
CREATE INDEX security_info_hash_index ON security_info (hash);
CREATE INDEX entries_request_match_index ON entries (cache_id, request_url_no_query_hash, request_url_query_hash);
CREATE INDEX response_headers_name_index ON response_headers (name);
CREATE INDEX response_headers_entry_id_index ON response_headers (entry_id, name);
CREATE TRIGGER entries_insert_trigger AFTER INSERT ON entries FOR EACH ROW BEGIN UPDATE usage_info SET total_disk_usage = total_disk_usage + ifnull(NEW.request_body_disk_size, 0) + ifnull(NEW.response_body_disk_size, 0) WHERE usage_info.id = 1; END;
CREATE TRIGGER entries_update_trigger AFTER UPDATE ON entries FOR EACH ROW BEGIN UPDATE usage_info SET total_disk_usage = total_disk_usage - ifnull(OLD.request_body_disk_size, 0) + ifnull(NEW.request_body_disk_size, 0) - ifnull(OLD.response_body_disk_size, 0) + ifnull(NEW.response_body_disk_size, 0) WHERE usage_info.id = 1; END;
CREATE TRIGGER entries_delete_trigger AFTER DELETE ON entries FOR EACH ROW BEGIN UPDATE usage_info SET total_disk_usage = total_disk_usage - ifnull(OLD.request_body_disk_size, 0) - ifnull(OLD.response_body_disk_size, 0) WHERE usage_info.id = 1; END;
