"""What holds for all tests: a slow machine is no error, so no example that Hypothesis tries has a deadline."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
