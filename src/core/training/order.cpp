// Philox-4x64-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011) and the
// shuffle that NumPy's Generator does with it: Fisher and Yates from the end, each index by masked rejection from
// 32-bit half words, low half first.
//
// Blocks of the counter do not depend on one another, so the processor computes several at once. A word is
// rejected as often as not, which no branch prediction foresees: here a rejected word swaps an element with
// itself and leaves the position where it is.
#include "order.hpp"

namespace leadlight {

namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr int n_blocks = 8, n_words = 8 * n_blocks;

// The next n_blocks blocks of the stream as 32-bit words. NumPy counts before it computes: its first block is
// that of counter 1.
void philox(const std::uint64_t key[2], std::uint64_t top, std::uint64_t &counter, std::uint32_t *words) {
    for (int b = 0; b < n_blocks; ++b) {
        std::uint64_t c0 = ++counter, c1 = 0, c2 = 0, c3 = top, k0 = key[0], k1 = key[1];
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
            words[8 * b + 2 * i] = std::uint32_t(block[i]);
            words[8 * b + 2 * i + 1] = std::uint32_t(block[i] >> 32);
        }
    }
}

}  // namespace

void sample_order(const std::uint64_t key[2], std::uint64_t epoch, std::uint32_t *order, long n) {
    std::uint32_t words[n_words];
    std::uint64_t counter = 0;
    int position = n_words;
    for (long i = 0; i < n; ++i) order[i] = std::uint32_t(i);
    std::uint32_t at = n > 0 ? std::uint32_t(n - 1) : 0;  // the element to be swapped next
    while (at > 0) {
        const std::uint32_t mask = 0xFFFFFFFFu >> __builtin_clz(at), last = mask >> 1;
        while (at > last) {  // all these have the same mask
            if (position == n_words) {
                philox(key, epoch, counter, words);
                position = 0;
            }
            const std::uint32_t word = words[position++] & mask;
            const std::uint32_t accepted = word <= at, other = accepted ? word : at;
            const std::uint32_t kept = order[at];
            order[at] = order[other];
            order[other] = kept;
            at -= accepted;
        }
    }
}

}  // namespace leadlight
