"""Django writes a comma before the year, and has no date with a time but the American one."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y، g:i A"
