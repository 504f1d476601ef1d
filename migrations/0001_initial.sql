-- Times are integers: milliseconds since 1970-01-01 UTC.

CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role IN ('reader', 'reporter', 'editor', 'admin')),
  password_hash TEXT,
  disabled_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;

-- Secrets (tokens, sessions, links) are stored as hashes only.
CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('person', 'agent', 'automation')),
  scopes TEXT NOT NULL,
  account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE TABLE session (
  hash BLOB PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account_id);

CREATE TABLE sign_in_link (
  hash BLOB PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;

-- A guide is kept as the spans of its file: head, section leads, and for each
-- issue lead, markdown and trail. In order they are the file's bytes again.
CREATE TABLE guide (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  layout TEXT NOT NULL CHECK (layout IN ('sections', 'issues', 'single', 'folder', 'records')),
  head TEXT NOT NULL,
  introduction TEXT NOT NULL,
  owner TEXT,
  escalate TEXT,
  license TEXT,
  attribution TEXT,
  audience TEXT NOT NULL DEFAULT 'anyone' CHECK (audience IN ('anyone', 'members', 'named')),
  -- The head as the file last had it, for the next import's merge; null for a guide made here.
  imported_head TEXT,
  archived_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Every slug a guide ever had; `guide.slug` is the current one.
CREATE TABLE guide_slug (
  slug TEXT PRIMARY KEY,
  guide_id INTEGER NOT NULL REFERENCES guide (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Who may see a guide whose audience is 'named'.
CREATE TABLE guide_reader (
  guide_id INTEGER NOT NULL REFERENCES guide (id) ON DELETE CASCADE,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  PRIMARY KEY (guide_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE section (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guide_id INTEGER NOT NULL REFERENCES guide (id),
  position INTEGER NOT NULL,
  title TEXT NOT NULL,
  lead TEXT NOT NULL,
  owner TEXT,
  escalate TEXT,
  -- As the file last had them; null for a section made here.
  imported_title TEXT,
  imported_lead TEXT,
  UNIQUE (guide_id, position)
) STRICT;

CREATE TABLE issue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  external_id TEXT,
  guide_id INTEGER NOT NULL REFERENCES guide (id),
  section_id INTEGER NOT NULL REFERENCES section (id),
  position INTEGER NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  lead TEXT NOT NULL,
  markdown TEXT NOT NULL,
  trail TEXT NOT NULL,
  -- For a guide that came as a folder: the file's path in it.
  path TEXT,
  -- What the importer gave beside the Markdown (JSON Lines); null when all is read from it.
  given TEXT,
  revision INTEGER NOT NULL,
  confidence TEXT NOT NULL CHECK (confidence IN ('draft', 'unverified', 'verified', 'archived')),
  -- The state before the whole guide was archived, which comes back with it.
  archived_from TEXT,
  owner TEXT,
  escalate TEXT,
  license TEXT,
  attribution TEXT,
  deleted_at INTEGER,
  merged_into INTEGER REFERENCES issue (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX issue_section ON issue (section_id, position);
CREATE INDEX issue_guide ON issue (guide_id, section_id, position);
CREATE INDEX issue_external ON issue (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX issue_updated ON issue (updated_at);
CREATE INDEX issue_title ON issue (title COLLATE NOCASE);

-- Every slug an issue ever had; `issue.slug` is the current one.
CREATE TABLE slug (
  slug TEXT PRIMARY KEY,
  issue_id INTEGER NOT NULL REFERENCES issue (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX slug_issue ON slug (issue_id);

-- Every text an issue ever had.
CREATE TABLE revision (
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  number INTEGER NOT NULL,
  title TEXT NOT NULL,
  section TEXT NOT NULL,
  markdown TEXT NOT NULL,
  author TEXT NOT NULL,
  comment TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (issue_id, number)
) STRICT, WITHOUT ROWID;

-- Verification is an event of its own: editing never refreshes it.
CREATE TABLE verification (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  revision INTEGER NOT NULL,
  author TEXT NOT NULL,
  -- The version or environment it was verified against.
  against TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX verification_issue ON verification (issue_id, id);

-- What is read out of an issue's Markdown.
CREATE TABLE passage (
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  kind TEXT NOT NULL CHECK (kind IN ('symptom', 'cause', 'alias', 'source', 'tag')),
  position INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (issue_id, kind, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX passage_text ON passage (kind, text COLLATE NOCASE) WHERE kind IN ('tag', 'alias');

-- Other issues that the text names. `slug` may lead nowhere yet, or to an issue of another name.
CREATE TABLE link (
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('duplicate_of', 'supersedes', 'related', 'mention')),
  text TEXT NOT NULL,
  slug TEXT,
  PRIMARY KEY (issue_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_slug ON link (slug, issue_id);

CREATE TABLE environment (
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (issue_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE sample (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  position INTEGER NOT NULL,
  line INTEGER NOT NULL,
  text TEXT NOT NULL,
  negative INTEGER NOT NULL
) STRICT;
CREATE INDEX sample_issue ON sample (issue_id, position);

CREATE TABLE "check" (
  name TEXT PRIMARY KEY,
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  position INTEGER NOT NULL,
  rule TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX check_issue ON "check" (issue_id, position);

-- A fix keeps its id when its text is edited, moved or imported again. A removed one
-- (position null) keeps it too, and returns with it.
CREATE TABLE fix (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  position INTEGER,
  kind TEXT NOT NULL CHECK (kind IN ('fix', 'workaround')),
  text TEXT NOT NULL,
  verify TEXT,
  risk TEXT CHECK (risk IN ('safe', 'disruptive', 'destructive')),
  -- The issue's revision in which the text became what it is.
  text_revision INTEGER NOT NULL
) STRICT;
CREATE INDEX fix_issue ON fix (issue_id, position);

-- Every text of a fix that was edited, the present one last; a fix that never was has none.
CREATE TABLE fix_text (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fix_id INTEGER NOT NULL REFERENCES fix (id),
  text TEXT NOT NULL,
  -- When it became the fix's text; null for the first.
  since INTEGER
) STRICT;
CREATE INDEX fix_text_fix ON fix_text (fix_id);

CREATE TABLE diagnosis (
  id TEXT PRIMARY KEY,
  verdict TEXT NOT NULL CHECK (verdict IN ('known', 'possible', 'unknown')),
  matcher TEXT NOT NULL,
  guide_id INTEGER REFERENCES guide (id),
  -- The evidence lines and the whole masked text where the sender asked to keep it.
  excerpt TEXT NOT NULL,
  kept TEXT,
  -- What it ran on, as the asker said; goes into a report made of it.
  environment TEXT NOT NULL DEFAULT '{}',
  answer TEXT NOT NULL,
  redacted INTEGER NOT NULL,
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX diagnosis_created ON diagnosis (created_at);

CREATE TABLE diagnosis_issue (
  issue_id INTEGER NOT NULL REFERENCES issue (id),
  created_at INTEGER NOT NULL,
  diagnosis_id TEXT NOT NULL REFERENCES diagnosis (id) ON DELETE CASCADE,
  PRIMARY KEY (issue_id, created_at, diagnosis_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX diagnosis_issue_diagnosis ON diagnosis_issue (diagnosis_id);

-- "This was another problem": what the right issue would have been.
CREATE TABLE feedback (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  diagnosis_id TEXT NOT NULL REFERENCES diagnosis (id) ON DELETE CASCADE,
  right_issue_id INTEGER REFERENCES issue (id),
  reporter TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX feedback_diagnosis ON feedback (diagnosis_id);

CREATE TABLE report (
  id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  environment TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'resolved', 'unresolved')),
  issue_id INTEGER REFERENCES issue (id),
  diagnosis_id TEXT REFERENCES diagnosis (id),
  reporter TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('person', 'agent', 'automation', 'anonymous')),
  -- How it was closed when not by an outcome: 'other' (with the text that helped) or 'itself'.
  closed_by TEXT,
  closing_text TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX report_created ON report (created_at);
CREATE INDEX report_issue ON report (issue_id, created_at);
CREATE INDEX report_diagnosis ON report (diagnosis_id, reporter);

-- Append-only. A later outcome of the same reporter for the same report and fix replaces
-- the earlier one in the count.
CREATE TABLE outcome (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  report_id TEXT NOT NULL REFERENCES report (id),
  fix_id INTEGER NOT NULL REFERENCES fix (id),
  fix_revision INTEGER NOT NULL,
  -- The text it was recorded for; null while the fix has had no other.
  text_id INTEGER REFERENCES fix_text (id),
  result TEXT NOT NULL CHECK (result IN
    ('worked', 'partly', 'no_effect', 'made_worse', 'not_applicable', 'recurred')),
  environment TEXT NOT NULL,
  -- Fixes that had failed for this report before this one was tried, as a JSON array of ids.
  tried_before TEXT NOT NULL,
  note TEXT NOT NULL,
  observed TEXT NOT NULL,
  reporter TEXT NOT NULL,
  on_behalf_of TEXT,
  source TEXT NOT NULL CHECK (source IN ('person', 'agent', 'automation', 'anonymous')),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outcome_fix ON outcome (fix_id, created_at);
CREATE INDEX outcome_report ON outcome (report_id, created_at);

-- Searches and diagnoses, masked, for gaps and insights.
CREATE TABLE question (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('search', 'diagnosis')),
  text TEXT NOT NULL,
  template TEXT NOT NULL,
  source TEXT NOT NULL,
  reporter TEXT NOT NULL,
  verdict TEXT,
  results INTEGER NOT NULL,
  milliseconds REAL NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX question_created ON question (created_at);
-- What was not answered: for gaps.
CREATE INDEX question_gap ON question (template, created_at)
  WHERE results = 0 OR verdict = 'unknown';

-- The change stream; a sequence number is given inside the writing transaction,
-- so that order of numbers is order of commits.
CREATE TABLE change (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  issue_id INTEGER REFERENCES issue (id),
  guide_id INTEGER REFERENCES guide (id),
  revision INTEGER,
  author TEXT NOT NULL,
  summary TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX change_issue ON change (issue_id, sequence);
CREATE INDEX change_guide ON change (guide_id, sequence);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  peer TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_created ON audit (created_at);

-- Edits proposed by those who may not edit.
CREATE TABLE suggestion (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Null for a new issue.
  issue_id INTEGER REFERENCES issue (id),
  guide_id INTEGER NOT NULL REFERENCES guide (id),
  base_revision INTEGER,
  title TEXT NOT NULL,
  section TEXT NOT NULL,
  markdown TEXT NOT NULL,
  comment TEXT NOT NULL,
  author TEXT NOT NULL,
  reporter TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'rejected')),
  reason TEXT NOT NULL,
  decided_by TEXT,
  decided_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX suggestion_state ON suggestion (state, id);
CREATE INDEX suggestion_issue ON suggestion (issue_id);

-- What a merge moved, so that it can be undone.
CREATE TABLE merge (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES issue (id),
  target_id INTEGER NOT NULL REFERENCES issue (id),
  -- The target's revision before and after.
  before_revision INTEGER NOT NULL,
  after_revision INTEGER NOT NULL,
  slugs TEXT NOT NULL,
  reports TEXT NOT NULL,
  fixes TEXT NOT NULL,
  -- Outcomes that went to a fix of the target: [[outcome, former fix], …].
  outcomes TEXT NOT NULL,
  undone_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX merge_source ON merge (source_id);

-- Answers to POSTs with an Idempotency-Key, kept 24 hours.
CREATE TABLE idempotency (
  key TEXT PRIMARY KEY,
  request BLOB NOT NULL,
  status INTEGER NOT NULL,
  phrase TEXT NOT NULL,
  headers TEXT NOT NULL,
  body BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Names this base among others: feeds' ids and exported reporters' names are made with it.
INSERT INTO setting (name, value) VALUES ('base', lower(hex(randomblob(16))));

-- One time that an alert fired, from Alertmanager: what its fingerprint did when.
CREATE TABLE alert (
  fingerprint TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  -- Null while it fires.
  ended_at INTEGER,
  name TEXT NOT NULL,
  -- Null when the report was deleted.
  report_id TEXT REFERENCES report (id) ON DELETE SET NULL,
  PRIMARY KEY (fingerprint, started_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_report ON alert (report_id);

-- Whom to tell of changes. The secret signs, so it can't be a hash.
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('json', 'slack', 'teams')),
  secret TEXT NOT NULL,
  -- Names of events, separated by commas; empty: all of them.
  events TEXT NOT NULL,
  -- Whose eyes it has: what these may not see it is not told.
  audience TEXT NOT NULL CHECK (audience IN ('anyone', 'members', 'everything')),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Why nothing is sent any more.
  stopped TEXT,
  deleted_at INTEGER
) STRICT;

-- The outbox: written in the transaction of the change it tells of.
CREATE TABLE delivery (
  id TEXT PRIMARY KEY,
  webhook_id INTEGER NOT NULL REFERENCES webhook (id),
  event TEXT NOT NULL,
  -- What happened, as JSON; texts of reports and questions are looked up when it is sent.
  subject TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- When it is tried next; null: no more.
  due_at INTEGER,
  -- What the last attempt came to.
  status INTEGER,
  error TEXT,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER
) STRICT;
CREATE INDEX delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_webhook ON delivery (webhook_id, created_at);
CREATE INDEX delivery_created ON delivery (created_at) WHERE due_at IS NULL;

-- Search. `issue_index` holds what the analyzer made of an issue: its tokens, separated
-- by spaces, and the same as a vector for scoring. FTS5 serves as postings only, so every
-- character but the space belongs to a token.
CREATE TABLE issue_index (
  issue_id INTEGER PRIMARY KEY REFERENCES issue (id),
  guide_id INTEGER NOT NULL,
  analyzer INTEGER NOT NULL,
  tokens TEXT NOT NULL,
  vector BLOB NOT NULL
) STRICT;
-- What another version of the analyzer indexed is indexed anew.
CREATE INDEX issue_index_analyzer ON issue_index (analyzer);

CREATE VIRTUAL TABLE issue_fts USING fts5 (
  tokens, content = 'issue_index', content_rowid = 'issue_id',
  tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);

-- In how many issues a token occurs: FTS5's own answer to that reads the whole index.
CREATE TABLE term (
  term TEXT PRIMARY KEY,
  issues INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Runs of words of samples, by hash: where a line of a log may be one.
CREATE TABLE sample_shingle (
  hash INTEGER NOT NULL,
  sample_id INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
  PRIMARY KEY (hash, sample_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_shingle_sample ON sample_shingle (sample_id);
