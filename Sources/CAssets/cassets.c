#include "cassets.h"

// #embed is C23; the warning says only that clang offers it in older modes too.
#pragma clang diagnostic ignored "-Wc23-extensions"

// A new file in Public/ or migrations/ needs a line in both lists below;
// AssetsTests compares them with the folders.
#define FILE_BYTES(name) static const unsigned char name[] =

FILE_BYTES(initial_sql) {
#embed "../../migrations/0001_initial.sql" if_empty(0)
};
FILE_BYTES(words_sql) {
#embed "../../migrations/0002_words.sql" if_empty(0)
};
FILE_BYTES(learning_sql) {
#embed "../../migrations/0003_learning.sql" if_empty(0)
};
FILE_BYTES(content_state_sql) {
#embed "../../migrations/0004_content_state.sql" if_empty(0)
};
FILE_BYTES(people_sql) {
#embed "../../migrations/0005_people.sql" if_empty(0)
};
FILE_BYTES(lists_sql) {
#embed "../../migrations/0006_lists.sql" if_empty(0)
};
FILE_BYTES(checks_sql) {
#embed "../../migrations/0007_checks.sql" if_empty(0)
};
FILE_BYTES(css) {
#embed "../../Public/assets/fixbook.css" if_empty(0)
};
FILE_BYTES(script) {
#embed "../../Public/assets/fixbook.js" if_empty(0)
};
FILE_BYTES(editor) {
#embed "../../Public/assets/editor.js" if_empty(0)
};
FILE_BYTES(icon) {
#embed "../../Public/assets/favicon.svg" if_empty(0)
};
FILE_BYTES(troubleshooting) {
#embed "../../Public/guides/agentcore-troubleshooting.md" if_empty(0)
};
FILE_BYTES(field_notes) {
#embed "../../Public/guides/agentcore-field-notes.md" if_empty(0)
};

#define ASSET(path, name) {path, name, sizeof name}

static const struct fixbook_asset assets[] = {
    ASSET("migrations/0001_initial.sql", initial_sql),
    ASSET("migrations/0002_words.sql", words_sql),
    ASSET("migrations/0003_learning.sql", learning_sql),
    ASSET("migrations/0004_content_state.sql", content_state_sql),
    ASSET("migrations/0005_people.sql", people_sql),
    ASSET("migrations/0006_lists.sql", lists_sql),
    ASSET("migrations/0007_checks.sql", checks_sql),
    ASSET("Public/assets/fixbook.css", css),
    ASSET("Public/assets/fixbook.js", script),
    ASSET("Public/assets/editor.js", editor),
    ASSET("Public/assets/favicon.svg", icon),
    ASSET("Public/guides/agentcore-troubleshooting.md", troubleshooting),
    ASSET("Public/guides/agentcore-field-notes.md", field_notes),
};

size_t fixbook_asset_count(void) { return sizeof assets / sizeof assets[0]; }

const struct fixbook_asset *fixbook_asset_at(size_t index) { return &assets[index]; }
