"""What holds for all tests: a busy machine is no error, so Hypothesis neither times examples nor minds slow drawing."""

from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
