import _tidemark

DEBUG, INFO, WARNING, ERROR, CRITICAL = 10, 20, 30, 40, 50
WARN, FATAL, NOTSET = WARNING, CRITICAL, 0
_names = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}
_loggers = {}
_state = {"level": WARNING}


class Logger:
    def __init__(self, name):
        self.name = name
        self.level = None

    def setLevel(self, level):
        self.level = level if isinstance(level, int) else {name: number for number, name in _names.items()}[level]

    def isEnabledFor(self, level):
        return level >= (_state["level"] if self.level is None else self.level)

    def log(self, level, message, *args, **kwargs):
        if self.isEnabledFor(level):
            text = str(message) % args if args else str(message)
            _tidemark.write(f"{_names.get(level, level)}:{self.name}:{text}\n")

    def debug(self, message, *args, **kwargs):
        self.log(DEBUG, message, *args)

    def info(self, message, *args, **kwargs):
        self.log(INFO, message, *args)

    def warning(self, message, *args, **kwargs):
        self.log(WARNING, message, *args)

    warn = warning

    def error(self, message, *args, **kwargs):
        self.log(ERROR, message, *args)

    exception = error

    def critical(self, message, *args, **kwargs):
        self.log(CRITICAL, message, *args)

    def addHandler(self, handler):
        pass


def getLogger(name="root"):
    if name not in _loggers:
        _loggers[name] = Logger(name)
    return _loggers[name]


def basicConfig(level=WARNING, **kwargs):
    _state["level"] = level


_root = getLogger("root")
debug, info, warning, error, critical = _root.debug, _root.info, _root.warning, _root.error, _root.critical
exception = error
