"""Django leaves the month of a day in the nominative."""

MONTH_DAY_FORMAT = "j E"
