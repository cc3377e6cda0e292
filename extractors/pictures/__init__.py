"""What an image file says of itself: its kind, its photographer, credit, rights and caption."""

from extractors.pictures.kinds import image_type
from extractors.pictures.says import Statement, read_picture

__all__ = ["Statement", "image_type", "read_picture"]
