def warn(message, category=None, stacklevel=1):
    return None


def simplefilter(action, category=None):
    return None


def filterwarnings(action, **kwargs):
    return None
