_missing = object()


def reduce(function, iterable, initial=_missing):
    iterator = iter(iterable)
    if initial is _missing:
        value = next(iterator, _missing)
        if value is _missing:
            raise TypeError("reduce() of empty iterable with no initial value")
    else:
        value = initial
    for item in iterator:
        value = function(value, item)
    return value


class partial:
    def __init__(self, func, /, *args, **kwargs):
        self.func = func
        self.args = args
        self.keywords = kwargs

    def __call__(self, /, *args, **kwargs):
        return self.func(*self.args, *args, **{**self.keywords, **kwargs})


def wraps(wrapped, *rest):
    def decorate(wrapper):
        wrapper.__name__ = wrapped.__name__
        wrapper.__doc__ = getattr(wrapped, "__doc__", None)
        wrapper.__qualname__ = getattr(wrapped, "__qualname__", wrapped.__name__)
        wrapper.__wrapped__ = wrapped
        return wrapper
    return decorate


def update_wrapper(wrapper, wrapped):
    return wraps(wrapped)(wrapper)


def lru_cache(maxsize=128, typed=False):
    def decorate(function):
        known = {}
        counts = [0, 0]

        def cached(*args, **kwargs):
            key = (args, tuple(sorted(kwargs.items()))) if kwargs else args
            if key in known:
                counts[0] += 1
                value = known.pop(key)
                known[key] = value
                return value
            counts[1] += 1
            value = function(*args, **kwargs)
            known[key] = value
            if limit is not None and len(known) > limit:
                del known[next(iter(known))]
            return value

        def cache_clear():
            known.clear()
            counts[:] = [0, 0]

        cached.cache_clear = cache_clear
        cached.cache_info = lambda: CacheInfo(counts[0], counts[1], limit, len(known))
        return wraps(function)(cached)

    limit = maxsize
    if callable(maxsize):
        limit = 128
        return decorate(maxsize)
    return decorate


def cache(function):
    return lru_cache(maxsize=None)(function)


class CacheInfo:
    def __init__(self, hits, misses, maxsize, currsize):
        self.hits, self.misses, self.maxsize, self.currsize = hits, misses, maxsize, currsize

    def __repr__(self):
        return f"CacheInfo(hits={self.hits}, misses={self.misses}, maxsize={self.maxsize}, currsize={self.currsize})"


class cached_property:
    def __init__(self, function):
        self._function = function
        self._name = None

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, thing, owner=None):
        if thing is None:
            return self
        names = "_cached_" + self._name
        if not hasattr(thing, names):
            setattr(thing, names, self._function(thing))
        return getattr(thing, names)


def total_ordering(cls):
    names = {name for name in ("__lt__", "__le__", "__gt__", "__ge__") if name in cls.__dict__}
    if not names:
        raise ValueError("must define at least one ordering operation: < > <= >=")
    if "__lt__" in names:
        less = lambda a, b: a < b
    elif "__gt__" in names:
        less = lambda a, b: b > a
    elif "__le__" in names:
        less = lambda a, b: a <= b and not a == b
    else:
        less = lambda a, b: b >= a and not a == b
    if "__lt__" not in names:
        cls.__lt__ = lambda self, other: less(self, other)
    if "__gt__" not in names:
        cls.__gt__ = lambda self, other: not less(self, other) and not self == other
    if "__le__" not in names:
        cls.__le__ = lambda self, other: less(self, other) or self == other
    if "__ge__" not in names:
        cls.__ge__ = lambda self, other: not less(self, other)
    return cls


def cmp_to_key(compare):
    class Key:
        def __init__(self, value):
            self.value = value

        def __lt__(self, other):
            return compare(self.value, other.value) < 0

        def __gt__(self, other):
            return compare(self.value, other.value) > 0

        def __eq__(self, other):
            return compare(self.value, other.value) == 0
    return Key


def singledispatch(function):
    known = {}

    def dispatch(first, *args, **kwargs):
        for kind in type(first).__mro__:
            if kind in known:
                return known[kind](first, *args, **kwargs)
        return function(first, *args, **kwargs)

    def register(kind):
        def decorate(inner):
            known[kind] = inner
            return inner
        return decorate

    dispatch.register = register
    return wraps(function)(dispatch)
