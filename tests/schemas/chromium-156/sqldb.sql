-- page_size=4096
-- encoding=UTF-8
-- auto_vacuum=2
-- journal_mode=delete
-- user_version=0
-- application_id=0

CREATE TABLE resources(res_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,last_used INTEGER NOT NULL,hints INTEGER NOT NULL,body_end INTEGER NOT NULL,bytes_usage INTEGER NOT NULL,doomed INTEGER NOT NULL,check_sum INTEGER NOT NULL,cache_key_hash INTEGER NOT NULL,cache_key TEXT NOT NULL,head BLOB);
CREATE TABLE blobs(blob_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,res_id INTEGER NOT NULL,start INTEGER NOT NULL,end INTEGER NOT NULL,check_sum INTEGER NOT NULL,blob BLOB NOT NULL);
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE INDEX index_resources_cache_key_hash_doomed ON resources(cache_key_hash, doomed);
CREATE INDEX index_live_resources_last_used_bytes_usage ON resources(last_used, bytes_usage) WHERE doomed=0;
CREATE INDEX index_live_resources_hints ON resources(hints) WHERE hints!=0 AND doomed=0;
CREATE UNIQUE INDEX index_blobs_res_id_start ON blobs(res_id, start);
