// The training kernel in float32.
#include "train.hpp"
#include "values.hpp"
