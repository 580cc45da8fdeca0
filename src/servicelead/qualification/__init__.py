"""Qualification: which leads are ready, what became of them, and whether promises to them were kept."""

__all__: list[str] = []
