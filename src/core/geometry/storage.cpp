#include "storage.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace leadlight::geometry {

#if defined(__linux__)

namespace {

constexpr std::size_t huge_page = std::size_t(1) << 21, least_mapped = huge_page;

std::size_t pages(std::size_t bytes) { return (bytes + huge_page - 1) / huge_page * huge_page; }

// Addresses for `bytes`, a multiple of huge pages, at such a multiple; what was mapped there may be remapped.
void *map(std::size_t bytes) {
    void *const all = mmap(nullptr, bytes + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    char *const start = static_cast<char *>(all);
    const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(start) % huge_page) % huge_page;
    if (before) munmap(start, before);
    munmap(start + before + bytes, huge_page - before);
    return start + before;
}

}  // namespace

void grow(Storage &storage, std::size_t used, std::size_t wanted) {
    if (wanted < least_mapped) {
        void *const data = std::realloc(storage.data, wanted);
        if (!data) throw std::bad_alloc();
        storage = {data, wanted, false};
        return;
    }
    wanted = pages(wanted);
    void *const data = map(wanted);
    if (storage.mapped) {
        if (mremap(storage.data, storage.capacity, wanted, MREMAP_MAYMOVE | MREMAP_FIXED, data) == MAP_FAILED) {
            munmap(data, wanted);
            throw std::bad_alloc();
        }
    } else {
        madvise(data, wanted, MADV_HUGEPAGE);  // advice: no matter if it fails
        if (used) std::memcpy(data, storage.data, used);
        std::free(storage.data);
    }
    storage = {data, wanted, true};
}

void trim(Storage &storage, std::size_t used) {
    if (!storage.mapped) {
        void *const data = used ? std::realloc(storage.data, used) : nullptr;
        if (data) storage = {data, used, false};
        return;
    }
    constexpr std::size_t page = 4096;  // the smallest of any machine: a larger one refuses, and keeps what it has
    const std::size_t kept = used ? (used + page - 1) / page * page : page;
    if (kept < storage.capacity && munmap(static_cast<char *>(storage.data) + kept, storage.capacity - kept) == 0)
        storage.capacity = kept;
}

void release(Storage &storage) {
    if (storage.mapped) {
        munmap(storage.data, storage.capacity);
    } else {
        std::free(storage.data);
    }
    storage = Storage();
}

#else

void grow(Storage &storage, std::size_t, std::size_t wanted) {
    void *const data = std::realloc(storage.data, wanted);
    if (!data) throw std::bad_alloc();
    storage = {data, wanted, false};
}

void trim(Storage &storage, std::size_t used) {
    void *const data = used ? std::realloc(storage.data, used) : nullptr;
    if (data) storage = {data, used, false};
}

void release(Storage &storage) {
    std::free(storage.data);
    storage = Storage();
}

#endif

}  // namespace leadlight::geometry
