// Mapped memory that is no longer used, kept for who asks next: pages that are there already. A fresh page takes the
// system two microseconds, so an enumeration of some milliseconds would spend a third of its time on new ones.
//
// At most `most_spare` bytes are kept in a process; the largest go first, then the oldest. Any thread may take what
// another has given; who finds another at it does without. So a child forked meanwhile does without for ever, and
// nobody waits.
#pragma once

#include <cstddef>

namespace leadlight::geometry {

constexpr std::size_t most_spare = std::size_t(32) << 20;

struct Block {
    void *data = nullptr;
    std::size_t size = 0;  // bytes
};

// A block of at least so many bytes and not many more, its contents anything; without data if there is none.
Block take_spare(std::size_t least);
// The block is unmapped when its turn comes, or at once.
void give_spare(Block block);
std::size_t spare_bytes();

}  // namespace leadlight::geometry
