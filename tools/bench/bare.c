// What SQLite alone does on this machine, with nothing around it: the figure that
// a server on SQLite can be compared with.
//
//   bare lookup DB SECONDS THREADS          one issue by its primary key, at random
//   bare replay DB SECONDS THREADS FILE     recorded statements (recorder.c), group by group
//   bare commit DB SECONDS REPORTS          durable transactions of REPORTS reports each, all rows of them
//
// Statements are prepared once. Prints {"operations", "seconds", "cpu", "p50", "p99"};
// times in seconds, the last two for one operation (for commit: one transaction).
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { SAMPLES = 1 << 20, THREADS = 64 };

static const char *database;
static double seconds;

struct worker {
  pthread_t thread;
  sqlite3 *connection;
  long operations;
  double *times;
  unsigned seed;
  const char *file;
};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void fail(sqlite3 *connection, const char *what) {
  fprintf(stderr, "bare: %s: %s\n", what, connection ? sqlite3_errmsg(connection) : "no memory");
  exit(1);
}

static sqlite3 *open_database(void) {
  sqlite3 *connection;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(database, &connection, flags, NULL)) fail(connection, database);
  sqlite3_busy_timeout(connection, 5000);
  const char *setup =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
      "PRAGMA cache_size = -4096; PRAGMA mmap_size = 268435456; PRAGMA foreign_keys = ON";
  if (sqlite3_exec(connection, setup, NULL, NULL, NULL)) fail(connection, "setup");
  return connection;
}

static sqlite3_stmt *prepare(sqlite3 *connection, const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v3(connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL))
    fail(connection, sql);
  return statement;
}

// Runs a statement to its end and reads every column, as any program would.
static void drain(sqlite3 *connection, sqlite3_stmt *statement) {
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW)
    for (int column = sqlite3_column_count(statement); column-- > 0;)
      if (sqlite3_column_type(statement, column) != SQLITE_NULL)
        sqlite3_column_blob(statement, column);
  if (code != SQLITE_DONE) fail(connection, "step");
  sqlite3_reset(statement);
}

static void count(struct worker *self, double begun) {
  self->times[self->operations++ % SAMPLES] = now() - begun;
}

static void *lookup(void *argument) {
  struct worker *self = argument;
  sqlite3_stmt *bounds = prepare(self->connection, "SELECT min(id), max(id) FROM issue");
  sqlite3_step(bounds);
  sqlite3_int64 first = sqlite3_column_int64(bounds, 0);
  sqlite3_int64 range = sqlite3_column_int64(bounds, 1) - first + 1;
  sqlite3_finalize(bounds);
  sqlite3_stmt *statement =
      prepare(self->connection, "SELECT id, slug, title, markdown, revision FROM issue WHERE id = ?");
  double end = now() + seconds, begun;
  while ((begun = now()) < end) {
    sqlite3_bind_int64(statement, 1, first + rand_r(&self->seed) % range);
    drain(self->connection, statement);
    count(self, begun);
  }
  return NULL;
}

struct group {
  sqlite3_stmt **statements;
  int count;
};

// Statements end with 0x1e, groups with 0x1d.
static struct group *read_groups(sqlite3 *connection, const char *path, int *groups) {
  FILE *file = fopen(path, "rb");
  if (!file) fail(NULL, path);
  struct group *all = calloc(100000, sizeof *all);
  char *text = NULL;
  size_t capacity = 0;
  *groups = 0;
  while (getdelim(&text, &capacity, 0x1e, file) > 0) {
    char *sql = text;
    if (*sql == 0x1d) {
      ++*groups;
      ++sql;
    }
    sql[strcspn(sql, "\x1e")] = 0;
    if (!*sql) continue;
    struct group *group = &all[*groups];
    group->statements = realloc(group->statements, (group->count + 1) * sizeof(sqlite3_stmt *));
    group->statements[group->count++] = prepare(connection, sql);
  }
  free(text);
  fclose(file);
  return all;
}

static void *replay(void *argument) {
  struct worker *self = argument;
  int groups;
  struct group *all = read_groups(self->connection, self->file, &groups);
  if (groups == 0) fail(NULL, "nothing was recorded");
  double end = now() + seconds, begun;
  for (int next = self->seed % groups; (begun = now()) < end; next = (next + 1) % groups) {
    for (int index = 0; index < all[next].count; index++)
      drain(self->connection, all[next].statements[index]);
    count(self, begun);
  }
  return NULL;
}

// What the server writes for one report: the report, the question that it counts as, the audit line.
static const char *report_rows[] = {
    "INSERT INTO report (id, text, environment, state, reporter, source, created_at, updated_at)"
    " VALUES (?2, 'exec format error', '{}', 'open', 'token:0', 'person', ?1, ?1)",
    "INSERT INTO question (kind, text, template, source, reporter, verdict, results, milliseconds,"
    " subject, created_at) VALUES ('report', 'exec format error', 'exec format error', 'person',"
    " 'token:0', 'unknown', 0, 0.0, ?2, ?1)",
    "INSERT INTO audit (actor, identity, action, subject, peer, created_at)"
    " VALUES ('admin token', 'token:0', 'POST', '/api/v1/reports', '127.0.0.1', ?1)",
};
enum { REPORT_ROWS = sizeof report_rows / sizeof *report_rows };

static void *commit(void *argument) {
  struct worker *self = argument;
  int reports = atoi(self->file);
  sqlite3_stmt *begin = prepare(self->connection, "BEGIN IMMEDIATE");
  sqlite3_stmt *end_statement = prepare(self->connection, "COMMIT");
  sqlite3_stmt *inserts[REPORT_ROWS];
  for (int row = 0; row < REPORT_ROWS; row++)
    inserts[row] = prepare(self->connection, report_rows[row]);
  double end = now() + seconds, begun;
  while ((begun = now()) < end) {
    drain(self->connection, begin);
    for (int report = 0; report < reports; report++) {
      struct timespec time;
      clock_gettime(CLOCK_REALTIME, &time);
      long long milliseconds = time.tv_sec * 1000LL + time.tv_nsec / 1000000;
      unsigned long long random;
      sqlite3_randomness(sizeof random, &random);
      // As long as the server's, and ascending like them.
      char id[33];
      snprintf(id, sizeof id, "%08llx%016llx", milliseconds & 0xffffffff, random);
      for (int row = 0; row < REPORT_ROWS; row++) {
        sqlite3_bind_int64(inserts[row], 1, milliseconds);
        if (row < REPORT_ROWS - 1) sqlite3_bind_text(inserts[row], 2, id, 24, SQLITE_STATIC);
        drain(self->connection, inserts[row]);
      }
    }
    drain(self->connection, end_statement);
    count(self, begun);
  }
  return NULL;
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: bare lookup|replay|commit DB SECONDS THREADS|ROWS [FILE]\n");
    return 2;
  }
  const char *verb = argv[1];
  database = argv[2];
  seconds = atof(argv[3]);
  int is_commit = !strcmp(verb, "commit");
  int threads = is_commit ? 1 : atoi(argv[4]);
  if (threads < 1 || threads > THREADS) return 2;
  void *(*work)(void *) = is_commit ? commit : !strcmp(verb, "replay") ? replay : lookup;
  struct worker workers[THREADS] = {0};
  double begun = now();
  for (int index = 0; index < threads; index++) {
    struct worker *worker = &workers[index];
    worker->connection = open_database();
    worker->times = malloc(SAMPLES * sizeof(double));
    worker->seed = 7 * index + 1;
    worker->file = is_commit ? argv[4] : argc > 5 ? argv[5] : "";
    pthread_create(&worker->thread, NULL, work, worker);
  }
  long operations = 0, kept = 0;
  for (int index = 0; index < threads; index++) {
    pthread_join(workers[index].thread, NULL);
    operations += workers[index].operations;
  }
  double taken = now() - begun;
  double *times = malloc(threads * SAMPLES * sizeof(double));
  for (int index = 0; index < threads; index++) {
    long samples = workers[index].operations < SAMPLES ? workers[index].operations : SAMPLES;
    memcpy(times + kept, workers[index].times, samples * sizeof(double));
    kept += samples;
  }
  qsort(times, kept, sizeof(double), ascending);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
               (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("{\"operations\": %ld, \"seconds\": %.6f, \"cpu\": %.6f, \"p50\": %.9f, \"p99\": %.9f}\n",
         operations, taken, cpu, kept ? times[kept / 2] : 0, kept ? times[kept * 99 / 100] : 0);
  return 0;
}
