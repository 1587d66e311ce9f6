"""What happens to an account without an API call: POST /_stand_in/<name>.

Each takes its form's fields and gives the object that it happened to. `public` objects only.
"""

from collections.abc import Callable

from donations.stripe_stand_in.json_types import Json
from donations.stripe_stand_in.sandbox import Sandbox

Happening = Callable[[Sandbox, dict[str, str]], Json]

HAPPENINGS: dict[str, Happening] = {}
