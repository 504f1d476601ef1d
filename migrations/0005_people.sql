-- People and access.

-- Roles that may see a guide whose audience is 'named', beside the people named.
CREATE TABLE guide_role (
  guide_id INTEGER NOT NULL REFERENCES guide (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('reader', 'reporter', 'editor')),
  PRIMARY KEY (guide_id, role)
) STRICT, WITHOUT ROWID;

-- Who is behind a name in the audit log: "account:3", "token:5"; names may be alike.
ALTER TABLE audit ADD COLUMN identity TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_actor ON audit (actor COLLATE NOCASE, id);
CREATE INDEX audit_action ON audit (action, id);

-- The browser, as it names itself, and whether a link (not a password) signed it in.
ALTER TABLE session ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN by_link INTEGER NOT NULL DEFAULT 0;

CREATE INDEX token_account ON token (account_id);

-- The guide a question was limited to: its gap is for those who may see that guide.
ALTER TABLE question ADD COLUMN guide_id INTEGER REFERENCES guide (id);

-- What `term` counts in guides that not everyone may see, so that a score tells nothing of them.
CREATE TABLE hidden_term (
  guide_id INTEGER NOT NULL,
  term TEXT NOT NULL,
  issues INTEGER NOT NULL,
  PRIMARY KEY (guide_id, term)
) STRICT, WITHOUT ROWID;
