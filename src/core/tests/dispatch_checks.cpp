// The choice of a level, by its name.
#include <cstring>
#include <stdexcept>

#include "../cpu.hpp"
#include "checks.hpp"

void check_dispatch() {
    bool thrown = false;
    try {
        leadlight::choose_kernels("no such level");
    } catch (const std::runtime_error &error) {
        thrown = std::strstr(error.what(), "no such level") != nullptr;
    }
    check(thrown, "an unknown level is refused by name");
    check(&leadlight::choose_kernels(nullptr) == &leadlight::choose_kernels(""), "empty means not set");
    check(leadlight::usable_cores() >= 1, "at least one core");
}
