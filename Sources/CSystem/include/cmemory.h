// malloc_trim, mallinfo2 and mallopt, which Glibc does not show to Swift.
#ifndef FIXBOOK_CMEMORY_H
#define FIXBOOK_CMEMORY_H

#include <stddef.h>

// Gives the kernel the pages that malloc keeps and nobody uses, where they are more than that many
// bytes (malloc_trim(3): of every arena, wherever in it).
void fixbook_give_memory_back(size_t worth_while);

// Sets how much of what was freed malloc keeps at the end of each arena (mallopt(3)): left to itself it
// keeps twice as much as the largest piece that was ever freed, up to 64 MiB, which malloc_trim leaves.
void fixbook_keep_little_memory(void);

#endif
