"""gunicorn, for `make run` and for production: `gunicorn -c deploy/gunicorn.conf.py newsroom.wsgi`.

Bind and the number of workers come from the command line or from GUNICORN_CMD_ARGS.
"""

import multiprocessing
import os

wsgi_app = "newsroom.wsgi:application"
bind = "127.0.0.1:8000"
workers = max(2, multiprocessing.cpu_count())
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 8)
# Without it one worker takes nearly all keep-alive connections.
reuse_port = True
# Its one fixed path would be shared by every paper on the machine.
control_socket_disable = True
keepalive = 15
timeout = 30
graceful_timeout = 10
max_requests = 100_000
max_requests_jitter = 10_000
