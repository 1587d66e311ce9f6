"""The content security policy, spelled the same by every process.

It is part of what a page's ETag is made of: spelled otherwise, it is another page, which is sent
anew to readers who have it.
"""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PolicyMiddleware(CSPMiddleware):
    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response = super().process_response(request, response)
        if policy := response.get(HEADER):
            # It comes out of a set, whose order every start of Python shuffles.
            response[HEADER] = "; ".join(sorted(policy.split("; ")))
        return response
