#include "storage.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>

#include "spare.hpp"
#endif

namespace leadlight::geometry {

#if defined(__linux__)

namespace {

constexpr std::size_t page = 4096;  // the smallest of any machine
constexpr std::size_t huge_page = std::size_t(1) << 21;
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t least_mapped = huge_page;  // of what malloc gives the sanitizer knows the ends
#else
constexpr std::size_t least_mapped = 8 * page;
#endif

std::size_t rounded(std::size_t bytes) {
    const std::size_t unit = bytes < huge_page ? page : huge_page;
    return (bytes + unit - 1) / unit * unit;
}

void *map(std::size_t bytes) {
    void *const all = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    return all;
}

// Addresses for `bytes`, rounded; of huge pages at a multiple of these. What was mapped there may be remapped.
void *map_aligned(std::size_t bytes) {
    if (bytes < huge_page) return map(bytes);
    char *const start = static_cast<char *>(map(bytes + huge_page));
    const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(start) % huge_page) % huge_page;
    if (before) munmap(start, before);
    munmap(start + before + bytes, huge_page - before);
    madvise(start + before, bytes, MADV_HUGEPAGE);  // advice: no matter if it fails
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
    wanted = rounded(wanted);
    const Block spare = take_spare(wanted);
    if (!spare.data && storage.mapped && (wanted < huge_page) == (storage.capacity < huge_page)) {
        void *data = MAP_FAILED;
        if (wanted < huge_page) {
            data = mremap(storage.data, storage.capacity, wanted, MREMAP_MAYMOVE);
        } else {
            void *const there = map_aligned(wanted);
            data = mremap(storage.data, storage.capacity, wanted, MREMAP_MAYMOVE | MREMAP_FIXED, there);
            if (data == MAP_FAILED) munmap(there, wanted);
        }
        if (data == MAP_FAILED) throw std::bad_alloc();
        storage = {data, wanted, true};
        return;
    }
    void *const data = spare.data ? spare.data : map_aligned(wanted);
    if (used) std::memcpy(data, storage.data, used);
    release(storage);
    storage = {data, spare.data ? spare.size : wanted, true};
}

void trim(Storage &storage, std::size_t used) {
    if (!storage.mapped) {
        void *const data = used ? std::realloc(storage.data, used) : nullptr;
        if (data) storage = {data, used, false};
        return;
    }
    const std::size_t kept = used ? (used + page - 1) / page * page : page;
    if (storage.capacity - kept <= storage.capacity / 4) return;  // better whole, for who uses it next
    // Where pages are larger the system refuses, and keeps what it has.
    if (munmap(static_cast<char *>(storage.data) + kept, storage.capacity - kept) == 0) storage.capacity = kept;
}

void release(Storage &storage) {
    if (storage.mapped) {
        give_spare({storage.data, storage.capacity});
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
