#include "spare.hpp"

#if defined(__linux__)

#include <sys/mman.h>

#include <algorithm>
#include <atomic>

namespace leadlight::geometry {

namespace {

constexpr std::size_t most_blocks = 128, small = std::size_t(1) << 16, large = most_spare / 8;

// Never destroyed: arrays may be given back after the end of main.
std::atomic_flag taken = ATOMIC_FLAG_INIT;
Block blocks[most_blocks];  // the oldest first; theirs who hold the flag
std::size_t n_blocks = 0;
std::atomic<std::size_t> total{0};

class Turn {
  public:
    explicit operator bool() const { return mine_; }
    ~Turn() {
        if (mine_) taken.clear(std::memory_order_release);
    }

  private:
    const bool mine_ = !taken.test_and_set(std::memory_order_acquire);
};

Block remove(std::size_t i) {
    const Block block = blocks[i];
    std::copy(blocks + i + 1, blocks + n_blocks, blocks + i);
    --n_blocks;
    total -= block.size;
    return block;
}

// What makes room for a block: large ones before others, and those for no large one; n_blocks if there is none. So the
// arrays of a result do not drive out those that it was made in.
std::size_t first_to_go(std::size_t for_size) {
    for (std::size_t i = 0; i < n_blocks; ++i)
        if (blocks[i].size >= large) return i;
    return for_size >= large ? n_blocks : 0;
}

}  // namespace

Block take_spare(std::size_t least) {
    const Turn turn;
    if (!turn) return {};
    std::size_t best = n_blocks;
    for (std::size_t i = 0; i < n_blocks; ++i)
        if (blocks[i].size >= least && blocks[i].size <= 2 * least + small &&
            (best == n_blocks || blocks[i].size < blocks[best].size))
            best = i;
    return best < n_blocks ? remove(best) : Block();
}

void give_spare(Block block) {
    Block old[most_blocks + 1];
    std::size_t n_old = 0;
    {
        const Turn turn;
        bool is_kept = turn && block.size <= most_spare;
        while (is_kept && (n_blocks == most_blocks || total + block.size > most_spare)) {
            const std::size_t next = first_to_go(block.size);
            is_kept = next < n_blocks;
            if (is_kept) old[n_old++] = remove(next);
        }
        if (is_kept) {
            blocks[n_blocks++] = block;
            total += block.size;
        } else {
            old[n_old++] = block;
        }
    }
    for (std::size_t i = 0; i < n_old; ++i) munmap(old[i].data, old[i].size);
}

std::size_t spare_bytes() { return total; }

}  // namespace leadlight::geometry

#else

#include <cstdlib>

namespace leadlight::geometry {

Block take_spare(std::size_t) { return {}; }
void give_spare(Block) {}
std::size_t spare_bytes() { return 0; }

}  // namespace leadlight::geometry

#endif
