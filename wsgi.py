"""What gunicorn serves: `gunicorn -c python:webapp.doors.cli.web_server wsgi:app`."""

from webapp.app import create_app

app = create_app()
