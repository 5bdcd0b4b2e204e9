"""OpenBeken's formats: role names, device templates, and a description for a forum."""

from bekenlab.openbeken.describe import describe
from bekenlab.openbeken.numbers import from_openbeken, lost_pins, to_openbeken
from bekenlab.openbeken.roles import find_role, role_id, role_name, role_of_pin, roles
from bekenlab.openbeken.template import build_template, lost_levels

__all__ = [
    "build_template",
    "describe",
    "find_role",
    "from_openbeken",
    "lost_levels",
    "lost_pins",
    "role_id",
    "role_name",
    "role_of_pin",
    "roles",
    "to_openbeken",
]
