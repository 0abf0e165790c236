"""What gunicorn serves: `gunicorn -c python:webapp.doors.cli.web_server wsgi:app`."""

from webapp.app import create_app
from webapp.doors.shop.desk import EXTENSION
from webapp.doors.warm import warm
from webapp.ground.i18n import speak

speak()
app = create_app()
warm(app, app.extensions[EXTENSION].wiring)
