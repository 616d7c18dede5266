// What this processor offers: the vector levels it can run, its name, the cores this process may use.
//
// A level is usable when the processor has every instruction set that its kernels are compiled with
// (CMakeLists.txt lists them) and the operating system saves the registers: CPUID says the first, XGETBV the
// second. A hypervisor or a kernel option may withhold registers that the processor has.
#pragma once

#include <string>

namespace leadlight {

enum class Level {
    baseline,  // what every machine of this architecture has: SSE2 on x86-64
    neon,      // arm64, where every machine has it
    avx2,      // AVX2 and FMA
    avx512,    // AVX-512 F, DQ, BW, VL
};

const char *level_name(Level level);
bool cpu_supports(Level level);
std::string cpu_name();  // the maker's name of the processor, empty when it does not say
int usable_cores();      // those the scheduler lets this process run on, at least 1

}  // namespace leadlight
