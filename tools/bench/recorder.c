// Preloaded into a server: writes each statement that it runs, with its values, to the file
// that RECORDER_FILE names. bare.c replays them, so that both do the same queries.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// FTS5 runs statements of its own inside a step; those are not the program's.
static _Thread_local int depth;

static void record(sqlite3_stmt *statement) {
  static FILE *file;
  if (!file) {
    const char *path = getenv("RECORDER_FILE");
    file = path ? fopen(path, "ab") : NULL;
    if (!file) return;
  }
  // Readers only: what a question leaves behind is written later, by another connection.
  if (sqlite3_db_readonly(sqlite3_db_handle(statement), "main") != 1) return;
  char *text = sqlite3_expanded_sql(statement);
  if (!text) return;
  if (strncmp(text, "PRAGMA", 6)) {
    fprintf(file, "%s%c", text, 0x1e);
    fflush(file);
  }
  sqlite3_free(text);
}

int sqlite3_step(sqlite3_stmt *statement) {
  static int (*real)(sqlite3_stmt *);
  if (!real) real = (int (*)(sqlite3_stmt *))dlsym(RTLD_NEXT, "sqlite3_step");
  if (depth == 0 && !sqlite3_stmt_busy(statement)) record(statement);
  depth++;
  int code = real(statement);
  depth--;
  return code;
}
