"""Whether anything tells of what lies elsewhere: every route in two worlds, and every table against its wall."""
