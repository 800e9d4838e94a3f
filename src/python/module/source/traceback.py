import _tidemark


def format_exc(*args, **kwargs):
    error = _tidemark.current_exception()
    if error is None:
        return "NoneType: None\n"
    return "Traceback (most recent call last):\n" + format_exception_only(error)[0]


def format_exception_only(kind, value=None):
    error = kind if value is None else value
    text = str(error)
    return [f"{type(error).__name__}: {text}\n" if text else f"{type(error).__name__}\n"]


def print_exc(*args, **kwargs):
    _tidemark.write(format_exc())
