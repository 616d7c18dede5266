#include "cpu.hpp"

#include <cstdint>
#include <cstring>
#include <thread>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace leadlight {

const char *level_name(Level level) {
    switch (level) {
        case Level::neon: return "neon";
        case Level::avx2: return "avx2";
        case Level::avx512: return "avx512";
        case Level::baseline: break;
    }
    return "baseline";
}

#if defined(__x86_64__)

namespace {

struct Registers {
    unsigned a = 0, b = 0, c = 0, d = 0;
};

// All zeros when the processor does not know the leaf, so that every feature bit reads as absent.
Registers cpuid(unsigned leaf) {
    Registers r;
    __get_cpuid_count(leaf, 0, &r.a, &r.b, &r.c, &r.d);
    return r;
}

// XCR0: which register states the operating system saves. Only to be read where CPUID reports OSXSAVE.
std::uint64_t saved_states() {
    std::uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (std::uint64_t(high) << 32) | low;
}

bool all_set(std::uint64_t word, std::uint64_t mask) { return (word & mask) == mask; }

}  // namespace

bool cpu_supports(Level level) {
    constexpr std::uint64_t sse_and_avx = 0x06, with_avx512 = 0xE6;  // XCR0: +opmask, both ZMM halves
    const Registers one = cpuid(1), seven = cpuid(7);
    const bool os_xsave = all_set(one.c, bit_OSXSAVE);
    const bool avx2 = os_xsave && all_set(saved_states(), sse_and_avx) && all_set(one.c, bit_AVX | bit_FMA) &&
                      all_set(seven.b, bit_AVX2 | bit_BMI | bit_BMI2);
    switch (level) {
        case Level::baseline: return true;
        case Level::neon: return false;
        case Level::avx2: return avx2;
        case Level::avx512:
            return avx2 && all_set(saved_states(), with_avx512) &&
                   all_set(seven.b, bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL);
    }
    return false;
}

std::string cpu_name() {
    if (cpuid(0x80000000u).a < 0x80000004u) return {};
    char text[49] = {};
    for (unsigned part = 0; part < 3; ++part) {
        const Registers r = cpuid(0x80000002u + part);
        const unsigned words[4] = {r.a, r.b, r.c, r.d};
        std::memcpy(text + 16 * part, words, sizeof words);
    }
    const std::string name(text);
    const auto first = name.find_first_not_of(' '), last = name.find_last_not_of(' ');
    return first == std::string::npos ? std::string() : name.substr(first, last - first + 1);
}

#else

bool cpu_supports(Level level) {
#if defined(__aarch64__)
    return level == Level::baseline || level == Level::neon;
#else
    return level == Level::baseline;
#endif
}

std::string cpu_name() { return {}; }

#endif

int usable_cores() {
#if defined(__linux__)
    cpu_set_t set;  // holds 1,024 processors; on a larger machine the call fails and the count below serves
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    const unsigned n = std::thread::hardware_concurrency();
    return n > 0 ? int(n) : 1;
}

}  // namespace leadlight
