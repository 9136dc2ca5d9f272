// Lets the thread sanitizer see what a contended Mutex orders; empty in every other build.
//
// Synchronization's Mutex takes and leaves its lock with atomics that are compiled into the caller, where the sanitizer
// sees them. A caller that has to wait goes through two functions of the library, which is not instrumented: what the
// thread before it wrote then looks like a race. These two have the library's names, so that callers in this program find
// them first; they call the library's and say what has happened.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define NEXT ((void *)-1L)  // RTLD_NEXT, which dlfcn.h only has for GNU sources.

typedef __attribute__((swiftcall)) void Lock(uint32_t thread, __attribute__((swift_context)) void *handle);
typedef __attribute__((swiftcall)) void Unlock(__attribute__((swift_context)) void *handle);

void *dlsym(void *library, const char *name);
void __tsan_acquire(void *address);
void __tsan_release(void *address);

static Lock *lock_of_library;
static Unlock *unlock_of_library;

// A program without the library finds nothing, and never comes here.
__attribute__((constructor)) static void find(void) {
    lock_of_library = (Lock *)dlsym(NEXT, LOCK);
    unlock_of_library = (Unlock *)dlsym(NEXT, UNLOCK);
}

__attribute__((swiftcall)) void portico_lock_slowly(
    uint32_t thread, __attribute__((swift_context)) void *handle) __asm__(LOCK);
__attribute__((swiftcall)) void portico_unlock_slowly(__attribute__((swift_context)) void *handle) __asm__(UNLOCK);

__attribute__((swiftcall)) void portico_lock_slowly(
    uint32_t thread, __attribute__((swift_context)) void *handle) {
    lock_of_library(thread, handle);
    __tsan_acquire(handle);
}

__attribute__((swiftcall)) void portico_unlock_slowly(__attribute__((swift_context)) void *handle) {
    __tsan_release(handle);
    unlock_of_library(handle);
}

#endif
#endif
