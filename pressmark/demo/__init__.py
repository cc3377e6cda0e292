"""A made-up newspaper on this machine, and the story that ``pressmark demo`` tells with it."""

from pressmark.demo.paper import Paper
from pressmark.demo.story import play

__all__ = ["Paper", "play"]
