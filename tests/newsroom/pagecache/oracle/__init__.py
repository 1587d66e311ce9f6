"""Two web processes of the paper, everything that desks and time may do to it, and one law: a
page from the cache is the page that would be rendered now.
"""
