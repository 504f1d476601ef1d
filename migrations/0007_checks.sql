-- What rows are checked for while they are written, in another form: of a list with three or more values SQLite makes
-- a temporary table for each row (EXPLAIN: OpenEphemeral), of comparisons it does not. A report costs a fifth less.
-- Only the text of the schema changes (https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table
-- Schema Changes"), so no table is copied.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
  '(confidence IN (''draft'', ''unverified'', ''verified'', ''archived''))',
  '(confidence = ''draft'' OR confidence = ''unverified'' OR confidence = ''verified'' OR confidence = ''archived'')')
WHERE type = 'table' AND name = 'issue';
UPDATE sqlite_schema SET sql = replace(sql,
  '(kind IN (''symptom'', ''cause'', ''alias'', ''source'', ''tag''))',
  '(kind = ''symptom'' OR kind = ''cause'' OR kind = ''alias'' OR kind = ''source'' OR kind = ''tag'')')
WHERE type = 'table' AND name = 'passage';
UPDATE sqlite_schema SET sql = replace(sql,
  '(kind IN (''duplicate_of'', ''supersedes'', ''related'', ''mention''))',
  '(kind = ''duplicate_of'' OR kind = ''supersedes'' OR kind = ''related'' OR kind = ''mention'')')
WHERE type = 'table' AND name = 'link';
UPDATE sqlite_schema SET sql = replace(sql,
  '(risk IN (''safe'', ''disruptive'', ''destructive''))',
  '(risk = ''safe'' OR risk = ''disruptive'' OR risk = ''destructive'')')
WHERE type = 'table' AND name = 'fix';
UPDATE sqlite_schema SET sql = replace(sql,
  '(verdict IN (''known'', ''possible'', ''unknown''))',
  '(verdict = ''known'' OR verdict = ''possible'' OR verdict = ''unknown'')')
WHERE type = 'table' AND name = 'diagnosis';
UPDATE sqlite_schema SET sql = replace(sql,
  '(state IN (''open'', ''resolved'', ''unresolved''))',
  '(state = ''open'' OR state = ''resolved'' OR state = ''unresolved'')')
WHERE type = 'table' AND name = 'report';
UPDATE sqlite_schema SET sql = replace(sql,
  '(source IN (''person'', ''agent'', ''automation'', ''anonymous''))',
  '(source = ''person'' OR source = ''agent'' OR source = ''automation'' OR source = ''anonymous'')')
WHERE type = 'table' AND name = 'report';
UPDATE sqlite_schema SET sql = replace(sql,
  '(result IN
    (''worked'', ''partly'', ''no_effect'', ''made_worse'', ''not_applicable'', ''recurred''))',
  '(result = ''worked''
    OR result = ''partly''
    OR result = ''no_effect''
    OR result = ''made_worse''
    OR result = ''not_applicable''
    OR result = ''recurred'')')
WHERE type = 'table' AND name = 'outcome';
UPDATE sqlite_schema SET sql = replace(sql,
  '(source IN (''person'', ''agent'', ''automation'', ''anonymous''))',
  '(source = ''person'' OR source = ''agent'' OR source = ''automation'' OR source = ''anonymous'')')
WHERE type = 'table' AND name = 'outcome';
UPDATE sqlite_schema SET sql = replace(sql,
  '(kind IN (''search'', ''diagnosis'', ''report''))',
  '(kind = ''search'' OR kind = ''diagnosis'' OR kind = ''report'')')
WHERE type = 'table' AND name = 'question';
-- Tells every connection that the schema is another one.
CREATE TABLE schema_text (id INTEGER);
DROP TABLE schema_text;
PRAGMA writable_schema = RESET;
