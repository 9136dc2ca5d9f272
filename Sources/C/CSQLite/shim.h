#pragma once
#include <sqlite3.h>

/// Makes no Bloom filters on a connection (SQLITE_TESTCTRL_OPTIMIZATIONS with SQLite's own mask for them, since 3.38;
/// versions before have none and ignore it). Swift can't call a function with a variable list of arguments.
static inline int portico_sqlite_without_bloom_filters(sqlite3 *connection) {
    return sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, connection, 0x00080000);
}

/// Has every connection take the memory of its page cache in one block, as large as that cache may be but `kibibytes` at
/// most, instead of page by page (SQLITE_CONFIG_PAGECACHE without memory of its own). Before SQLite's first use.
static inline int portico_sqlite_pages_in_blocks(int kibibytes) {
    return sqlite3_config(SQLITE_CONFIG_PAGECACHE, (void *)0, 0, -kibibytes);
}
