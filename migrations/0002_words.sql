-- The words of an issue in order, as hashes, for finding runs of a question's words in it.
ALTER TABLE issue_index ADD COLUMN words BLOB NOT NULL DEFAULT x'';
