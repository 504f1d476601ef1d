// What SQLite itself does with reports: stores them, 32 in one durable transaction, for some seconds,
// and prints how many a second. `tools/bench-writes.py` builds it and sets the server beside it.
//
//   cc -O2 -o commits commits.c -lsqlite3 && ./commits fixbook.db SECONDS [ROWS]
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void check(sqlite3 *database, int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  fprintf(stderr, "%s\n", sqlite3_errmsg(database));
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void step(sqlite3 *database, sqlite3_stmt *statement) {
  check(database, sqlite3_step(statement));
  sqlite3_reset(statement);
}

static sqlite3_stmt *prepared(sqlite3 *database, const char *text) {
  sqlite3_stmt *statement;
  check(database, sqlite3_prepare_v2(database, text, -1, &statement, NULL));
  return statement;
}

int main(int count, char **words) {
  if (count < 3) return 2;
  double seconds = atof(words[2]);
  int rows = count > 3 ? atoi(words[3]) : 32;
  sqlite3 *database;
  check(database, sqlite3_open(words[1], &database));
  check(database, sqlite3_exec(database,
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", 0, 0, 0));
  sqlite3_stmt *begin = prepared(database, "BEGIN IMMEDIATE");
  sqlite3_stmt *commit = prepared(database, "COMMIT");
  sqlite3_stmt *insert = prepared(database,
    "INSERT INTO report (id, text, environment, state, issue_id, diagnosis_id, reporter, source,"
    " created_at, updated_at) VALUES (?1, 'exec format error', '{}', 'open', NULL, NULL,"
    " 'token:0', 'person', ?2, ?2)");
  static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
  long stored = 0;
  double begun = now();
  srandom((unsigned)time(NULL));
  while (now() - begun < seconds) {
    step(database, begin);
    for (int row = 0; row < rows; row++, stored++) {
      char id[24];
      for (int i = 0; i < 24; i++) id[i] = letters[random() & 31];
      sqlite3_bind_text(insert, 1, id, 24, SQLITE_TRANSIENT);
      sqlite3_bind_int64(insert, 2, (sqlite3_int64)time(NULL) * 1000);
      step(database, insert);
    }
    step(database, commit);
  }
  printf("%.0f\n", (double)stored / (now() - begun));
  return 0;
}
