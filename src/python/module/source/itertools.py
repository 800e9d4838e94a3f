def count(start=0, step=1):
    while True:
        yield start
        start += step


def cycle(iterable):
    saved = list(iterable)
    while saved:
        for item in saved:
            yield item


def repeat(item, times=None):
    if times is None:
        while True:
            yield item
    for _ in range(times):
        yield item


class chain:
    def __init__(self, *iterables):
        self._items = _chained(iterables)

    @classmethod
    def from_iterable(cls, iterables):
        made = cls()
        made._items = _chained(iterables)
        return made

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._items)


def _chained(iterables):
    for iterable in iterables:
        for item in iterable:
            yield item


def islice(iterable, *bounds):
    found = slice(*bounds)
    start, stop, step = found.start or 0, found.stop, found.step or 1
    if stop is not None and stop <= start:
        return
    wanted = start
    for place, item in enumerate(iterable):
        if place == wanted:
            yield item
            wanted += step
        if stop is not None and (place + 1 >= stop):
            return


def accumulate(iterable, func=None, *, initial=None):
    iterator = iter(iterable)
    total = initial
    if initial is None:
        for total in iterator:
            break
        else:
            return
    yield total
    for item in iterator:
        total = total + item if func is None else func(total, item)
        yield total


def takewhile(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            return
        yield item


def dropwhile(predicate, iterable):
    dropping = True
    for item in iterable:
        if dropping and predicate(item):
            continue
        dropping = False
        yield item


def filterfalse(predicate, iterable):
    for item in iterable:
        if not (predicate(item) if predicate else item):
            yield item


def compress(data, selectors):
    for item, wanted in zip(data, selectors):
        if wanted:
            yield item


def starmap(function, iterable):
    for arguments in iterable:
        yield function(*arguments)


def zip_longest(*iterables, fillvalue=None):
    iterators = [iter(iterable) for iterable in iterables]
    end = object()
    while True:
        items = [next(iterator, end) for iterator in iterators]
        if all(item is end for item in items):
            return
        yield tuple([fillvalue if item is end else item for item in items])


def groupby(iterable, key=None):
    group, current, first = [], None, True
    for item in iterable:
        value = item if key is None else key(item)
        if not first and value != current:
            yield current, iter(group)
            group = []
        current, first = value, False
        group.append(item)
    if not first:
        yield current, iter(group)


def pairwise(iterable):
    before, first = None, True
    for item in iterable:
        if not first:
            yield before, item
        before, first = item, False


def product(*iterables, repeat=1):
    pools = [tuple(pool) for pool in iterables] * repeat
    result = [()]
    for pool in pools:
        result = [left + (right,) for left in result for right in pool]
    for item in result:
        yield item


def permutations(iterable, r=None):
    pool = tuple(iterable)
    r = len(pool) if r is None else r
    def places(chosen):
        if len(chosen) == r:
            yield tuple([pool[place] for place in chosen])
            return
        for place in range(len(pool)):
            if place not in chosen:
                yield from places(chosen + [place])
    return places([])


def combinations(iterable, r):
    pool = tuple(iterable)
    def places(start, chosen):
        if len(chosen) == r:
            yield tuple(chosen)
            return
        for place in range(start, len(pool)):
            yield from places(place + 1, chosen + [pool[place]])
    return places(0, [])


def combinations_with_replacement(iterable, r):
    pool = tuple(iterable)
    def places(start, chosen):
        if len(chosen) == r:
            yield tuple(chosen)
            return
        for place in range(start, len(pool)):
            yield from places(place, chosen + [pool[place]])
    return places(0, [])


def tee(iterable, n=2):
    items = list(iterable)
    return tuple([iter(items) for _ in range(n)])


def batched(iterable, n):
    batch = []
    for item in iterable:
        batch.append(item)
        if len(batch) == n:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)
