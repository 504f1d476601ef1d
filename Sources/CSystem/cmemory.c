#include "cmemory.h"

#include <malloc.h>

void fixbook_give_memory_back(size_t worth_while) {
  if (mallinfo2().fordblks > worth_while) malloc_trim(0);
}

void fixbook_keep_little_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
}
