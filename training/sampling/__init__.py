"""Text that a model writes by itself, and how much of what makes code code it gets right."""
