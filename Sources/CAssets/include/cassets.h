// Files of Public/ and migrations/ as constant bytes inside the program.
#ifndef FIXBOOK_CASSETS_H
#define FIXBOOK_CASSETS_H

#include <stddef.h>

struct fixbook_asset {
  const char *path;           // relative to the package, e.g. "Public/assets/fixbook.css"
  const unsigned char *bytes;
  size_t length;
};

size_t fixbook_asset_count(void);
const struct fixbook_asset *fixbook_asset_at(size_t index);

#endif
