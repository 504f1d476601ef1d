-- Who asked, as a digest that is another one the next day: to tell people apart, not to know them.
ALTER TABLE diagnosis_issue ADD COLUMN asker TEXT NOT NULL DEFAULT '';

-- Which results of an answer were gone on to, and at which place they stood. Beside a diagnosis or report,
-- `question.subject` may name a search that a page showed.
CREATE TABLE opening (
  question_id INTEGER NOT NULL REFERENCES question (id) ON DELETE CASCADE,
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  place INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (question_id, issue_id)
) STRICT, WITHOUT ROWID;

-- Deleted and merged issues, to be brought back.
CREATE INDEX issue_deleted ON issue (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX merge_target ON merge (target_id);

-- Most reports are of no issue and no diagnosis.
DROP INDEX report_issue;
DROP INDEX report_diagnosis;
CREATE INDEX report_issue ON report (issue_id, created_at) WHERE issue_id IS NOT NULL;
CREATE INDEX report_diagnosis ON report (diagnosis_id, reporter) WHERE diagnosis_id IS NOT NULL;

-- Where tokens are and how much they count there, for finding candidates: a row for each token and range of
-- 32,768 issues. The id is the range and the token's hash (32 bits); `Diagnosis/PostingBlock.swift` says
-- what the bytes are.
CREATE TABLE posting (
  id INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;
-- So that the program indexes every issue anew.
UPDATE issue_index SET analyzer = 0;

-- What is kept of the index in memory holds for one state of it.
CREATE TRIGGER issue_index_added AFTER INSERT ON issue_index BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER issue_index_changed AFTER UPDATE ON issue_index BEGIN UPDATE content_state SET knowledge = random(); END;
CREATE TRIGGER issue_index_removed AFTER DELETE ON issue_index BEGIN UPDATE content_state SET knowledge = random(); END;
