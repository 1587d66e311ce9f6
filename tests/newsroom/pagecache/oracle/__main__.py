"""A web process of the paper; see `web_process`."""

import sys

from tests.newsroom.pagecache.oracle.web_process import main

main(int(sys.argv[1]), int(sys.argv[2]))
