"""What one process keeps in its own memory for seconds: cheap to read, and never counted on by another process.

What must be the same for all processes (how often somebody guessed a password) goes to the default cache instead, which
is a table.
"""

from django.core.cache import caches

cache = caches["near"]
