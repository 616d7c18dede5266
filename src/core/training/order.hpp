// The batch orders of src/leadlight/training/orders.py, bit for bit.
#pragma once

#include <cstdint>

namespace leadlight {

// NumPy's Generator(Philox(key, counter=(0, 0, 0, epoch))).permutation(n), for n below 2^32.
void sample_order(const std::uint64_t key[2], std::uint64_t epoch, std::uint32_t *order, long n);

}  // namespace leadlight
