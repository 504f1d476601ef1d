-- What resolved reports teach: one row for each telling line of a report's text. Kept out of FTS5,
-- which holds on to what is deleted.
CREATE TABLE wording (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  report_id TEXT NOT NULL REFERENCES report (id),
  -- Whose word it is that a fix of the issue helped.
  voice TEXT NOT NULL,
  -- A person with an account or a token; others count only after an editor's yes.
  member INTEGER NOT NULL,
  -- The line's distinct terms as search knows them, and as people write them, both sorted, so that
  -- nobody's sentence is kept.
  terms TEXT NOT NULL,
  words TEXT NOT NULL,
  -- An editor's decision; a removed one is not learned again.
  state TEXT NOT NULL CHECK (state IN ('learned', 'accepted', 'removed')),
  decided_by TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX wording_issue ON wording (issue_id, id);
CREATE INDEX wording_report ON wording (report_id);

CREATE TABLE wording_term (
  term TEXT NOT NULL,
  wording_id INTEGER NOT NULL REFERENCES wording (id) ON DELETE CASCADE,
  PRIMARY KEY (term, wording_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX wording_term_wording ON wording_term (wording_id);

-- Reports that no issue explains are questions, too; `subject` is the diagnosis or report.
ALTER TABLE question RENAME TO former_question;
DROP INDEX question_created;
DROP INDEX question_gap;
CREATE TABLE question (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('search', 'diagnosis', 'report')),
  text TEXT NOT NULL,
  template TEXT NOT NULL,
  source TEXT NOT NULL,
  reporter TEXT NOT NULL,
  verdict TEXT,
  results INTEGER NOT NULL,
  milliseconds REAL NOT NULL,
  subject TEXT,
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO question (id, kind, text, template, source, reporter, verdict, results, milliseconds, created_at)
  SELECT id, kind, text, template, source, reporter, verdict, results, milliseconds, created_at
  FROM former_question;
DROP TABLE former_question;
CREATE INDEX question_created ON question (created_at);
CREATE INDEX question_gap ON question (template, created_at)
  WHERE results = 0 OR verdict = 'unknown';
CREATE INDEX question_subject ON question (subject) WHERE subject IS NOT NULL;

-- When a report was resolved; null while it is not.
ALTER TABLE report ADD COLUMN resolved_at INTEGER;
UPDATE report SET resolved_at = updated_at WHERE state = 'resolved';

-- A fix that used to work and stopped: since when, and why it is thought so, in words.
ALTER TABLE fix ADD COLUMN regressed_at INTEGER;
ALTER TABLE fix ADD COLUMN regression TEXT;
CREATE INDEX fix_regressed ON fix (regressed_at) WHERE regressed_at IS NOT NULL;

-- Which editor has seen that someone without an account said it made things worse.
ALTER TABLE outcome ADD COLUMN seen_by TEXT;
CREATE INDEX outcome_alert ON outcome (id)
  WHERE result = 'made_worse' AND source <> 'person' AND seen_by IS NULL;
CREATE INDEX outcome_created ON outcome (created_at);

-- The report whose text a suggestion is, so that it goes with the report.
ALTER TABLE suggestion ADD COLUMN report_id TEXT;
CREATE INDEX suggestion_report ON suggestion (report_id) WHERE report_id IS NOT NULL;
