"""Settings for the whole suite: Hypothesis judges results, not the speed of a shared machine."""

from hypothesis import HealthCheck, settings

settings.register_profile("leadlight", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("leadlight")
