"""The door that Granian knocks at."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridward.web.settings")
application = get_wsgi_application()

from gridward.web.pulse import pulse  # noqa: E402 # Django has to be set up first

pulse.going = True
