"""What holds for all tests: a busy machine is no error, so Hypothesis neither times examples nor minds slow drawing.

Where `CI` is set the examples are the same in every run, so that a change is judged by itself; at a developer's desk
they are new each time.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
