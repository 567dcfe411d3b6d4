"""Errors in words for the person who pushed."""

import traceback

APP = "/app/"


def describe(error):
    """The traceback from the app's first line on, with paths as in the repository."""
    trace = error.__traceback__
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(APP):
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    text = "".join(lines).replace(APP, "").strip()
    if isinstance(error, ModuleNotFoundError) and error.name:
        text += "\nIf %s is a package, add it to requirements.txt." % error.name.partition(".")[0]
    return text
