/*
 * Preloaded into PHP: the extension cannot map the memory of its counters, so that it counts nothing. For the cost of counting. Its other
 * tables are smaller.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>

#define SMALLER (1 << 20)

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    static void *(*real)(void *, size_t, int, int, int, off_t);
    Dl_info caller;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "mmap");
    if ((flags & MAP_SHARED) && (flags & MAP_ANONYMOUS) && length > SMALLER && dladdr(__builtin_return_address(0), &caller) &&
        caller.dli_fname && strstr(caller.dli_fname, "rustsql")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return real(address, length, protection, flags, file, offset);
}
