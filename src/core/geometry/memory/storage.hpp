// Memory for arrays that grow to any size: small ones from malloc, others mapped, large ones in huge pages where the
// system has them, and moved by remapping. Arrays of 100 MB are a third faster to fill so, and never held twice. What
// is released serves the next; see spare.hpp.
#pragma once

#include <cstddef>

namespace leadlight::geometry {

struct Storage {
    void *data = nullptr;
    std::size_t capacity = 0;  // bytes
    bool mapped = false;
};

// Room for `wanted` bytes, the first `used` of which are kept. Throws std::bad_alloc.
void grow(Storage &storage, std::size_t used, std::size_t wanted);
// Gives back what lies beyond the first `used` bytes, if it is much; they may move.
void trim(Storage &storage, std::size_t used);
void release(Storage &storage);

}  // namespace leadlight::geometry
