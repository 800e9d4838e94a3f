import _tidemark

argv = [""]
maxsize = 9223372036854775807
version = "3.11.7"
platform = "tidemark"
path = []
modules = {}
byteorder = "little"


class _Version(tuple):
    major, minor, micro = 3, 11, 7


version_info = _Version((3, 11, 7, "final", 0))


class _Out:
    def write(self, text):
        _tidemark.write(text)
        return len(text)

    def flush(self):
        pass


stdout = _Out()
stderr = _Out()


def exit(code=None):
    raise SystemExit(code)


def exc_info():
    error = _tidemark.current_exception()
    return (None, None, None) if error is None else (type(error), error, None)


def getsizeof(thing, default=0):
    return 64


def getrecursionlimit():
    return 1000


def setrecursionlimit(limit):
    pass
