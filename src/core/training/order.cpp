// Philox-4x64-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011) and the
// shuffle that NumPy's Generator does with it: Fisher and Yates from the end, each index by masked rejection from
// 32-bit half words, low half first.
//
// Blocks of the counter do not depend on one another, and are computed one ahead of their use, so that the
// processor multiplies while it waits for swaps. Many words are rejected, which no branch prediction foresees:
// here a rejected word swaps an element with itself and leaves the position where it is.
#include "order.hpp"

namespace leadlight {

namespace {

__extension__ typedef unsigned __int128 Wide;

// One block of the stream as eight 32-bit words.
inline void philox(std::uint64_t k0, std::uint64_t k1, std::uint64_t counter, std::uint64_t top, std::uint32_t *words) {
    std::uint64_t c0 = counter, c1 = 0, c2 = 0, c3 = top;
    for (int round = 0; round < 10; ++round) {
        const Wide p0 = Wide(0xD2E7470EE14C6C93u) * c0, p1 = Wide(0xCA5A826395121157u) * c2;
        c0 = std::uint64_t(p1 >> 64) ^ c1 ^ k0;
        c1 = std::uint64_t(p1);
        c2 = std::uint64_t(p0 >> 64) ^ c3 ^ k1;
        c3 = std::uint64_t(p0);
        k0 += 0x9E3779B97F4A7C15u;
        k1 += 0xBB67AE8584CAA73Bu;
    }
    const std::uint64_t block[4] = {c0, c1, c2, c3};
    for (int i = 0; i < 4; ++i) {
        words[2 * i] = std::uint32_t(block[i]);
        words[2 * i + 1] = std::uint32_t(block[i] >> 32);
    }
}

}  // namespace

void sample_order(const std::uint64_t key[2], std::uint64_t epoch, std::uint32_t *order, long n) {
    for (long i = 0; i < n; ++i) order[i] = std::uint32_t(i);
    if (n < 2) return;
    std::uint32_t at = std::uint32_t(n - 1);  // the element to be swapped next
    std::uint32_t mask = 0xFFFFFFFFu >> __builtin_clz(at);
    std::uint32_t words[2][8];
    std::uint64_t counter = 1;  // NumPy counts before it computes
    philox(key[0], key[1], counter, epoch, words[0]);
    for (int half = 0;; half ^= 1) {
        philox(key[0], key[1], ++counter, epoch, words[half ^ 1]);
        for (int i = 0; i < 8; ++i) {
            if (at <= mask >> 1) {
                mask >>= 1;
                if (mask == 0) return;
            }
            const std::uint32_t word = words[half][i] & mask;
            const std::uint32_t accepted = word <= at, other = accepted ? word : at;
            const std::uint32_t kept = order[at];
            order[at] = order[other];
            order[other] = kept;
            at -= accepted;
        }
    }
}

}  // namespace leadlight
