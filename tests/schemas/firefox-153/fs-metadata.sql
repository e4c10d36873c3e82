-- page_size=32768
-- encoding=UTF-16le
-- auto_vacuum=0
-- journal_mode=delete
-- user_version=2
-- application_id=0

CREATE TABLE Entries ( handle BLOB PRIMARY KEY, parent BLOB, CONSTRAINT parent_is_a_directory FOREIGN KEY (parent) REFERENCES Directories (handle) ON DELETE CASCADE );
CREATE TABLE Directories ( handle BLOB PRIMARY KEY, name BLOB NOT NULL, CONSTRAINT directories_are_entries FOREIGN KEY (handle) REFERENCES Entries (handle) ON DELETE CASCADE );
CREATE TABLE Files ( handle BLOB PRIMARY KEY, type TEXT, name BLOB NOT NULL, CONSTRAINT files_are_entries FOREIGN KEY (handle) REFERENCES Entries (handle) ON DELETE CASCADE );
CREATE TABLE FileIds ( fileId BLOB PRIMARY KEY, handle BLOB, FOREIGN KEY (handle) REFERENCES Files (handle) ON DELETE SET NULL );
CREATE TABLE "Usages" ( handle BLOB PRIMARY KEY, usage INTEGER NOT NULL DEFAULT 0, tracked BOOLEAN NOT NULL DEFAULT 0 CHECK (tracked IN (0, 1)), CONSTRAINT handles_are_fileIds FOREIGN KEY (handle) REFERENCES FileIds (fileId) ON DELETE CASCADE );
CREATE TABLE MainFiles ( handle BLOB UNIQUE, fileId BLOB UNIQUE, FOREIGN KEY (handle) REFERENCES Files (handle) ON DELETE CASCADE, FOREIGN KEY (fileId) REFERENCES FileIds (fileId) ON DELETE SET NULL );
CREATE TABLE RehashedFrom001to002 (id INTEGER PRIMARY KEY);
CREATE VIEW EntryNames AS SELECT isFile, handle, parent, name FROM Entries INNER JOIN ( SELECT 1 AS isFile, handle, name FROM Files UNION SELECT 0, handle, name FROM Directories ) USING (handle);
