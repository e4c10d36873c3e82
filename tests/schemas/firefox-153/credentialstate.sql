-- page_size=32768
-- encoding=UTF-8
-- auto_vacuum=0
-- journal_mode=delete
-- user_version=2
-- application_id=0

CREATE TABLE identity (rpOrigin TEXT NOT NULL,idpOrigin TEXT NOT NULL,credentialId TEXT NOT NULL,registered INTEGER,allowLogout INTEGER,modificationTime INTEGER,rpBaseDomain TEXT,PRIMARY KEY (rpOrigin, idpOrigin, credentialId));
