import os.path as path

environ = {}
sep = "/"
linesep = "\n"
name = "posix"


def getenv(key, default=None):
    return environ.get(key, default)


def getcwd():
    return "/"


def makedirs(name, mode=511, exist_ok=False):
    return None


def getpid():
    return 1


def __getattr__(name):
    raise NotImplementedError(f"Tidemark does not know os.{name}: files are read with spark.read and written with df.write")
