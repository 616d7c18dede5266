"""Settings for the whole suite: Hypothesis judges results, not the speed of a shared machine."""

import signal

from hypothesis import HealthCheck, settings

settings.register_profile("leadlight", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("leadlight")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell starts background jobs so, and the commands that tests start and interrupt would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
