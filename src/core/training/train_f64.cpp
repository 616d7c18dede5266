// The training kernel in float64.
#define LEADLIGHT_FLOAT64
#include "train.hpp"
#include "values.hpp"
