class _Missing:
    def __repr__(self):
        return "<MISSING>"


MISSING = _Missing()


class FrozenInstanceError(AttributeError):
    pass


class Field:
    def __init__(self, default, default_factory, init, repr, compare, kw_only, metadata):
        self.name = None
        self.type = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.compare = compare
        self.kw_only = kw_only
        self.metadata = metadata or {}


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None, kw_only=False):
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, compare, kw_only, metadata)


def dataclass(cls=None, /, *, init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False, match_args=True, kw_only=False, slots=False):
    def wrap(cls):
        return _process(cls, init, repr, eq, order, unsafe_hash, frozen, kw_only)
    return wrap if cls is None else wrap(cls)


def _process(cls, init, make_repr, eq, order, unsafe_hash, frozen, kw_only):
    found = {}
    for base in reversed(cls.__mro__[1:]):
        for known in getattr(base, "__dataclass_fields__", {}).values():
            found[known.name] = known
    own = cls.__dict__
    for name, kind in own.get("__annotations__", {}).items():
        if "ClassVar" in kind:
            continue
        default = own.get(name, MISSING)
        if isinstance(default, Field):
            one = default
            if one.default is not MISSING:
                setattr(cls, name, one.default)
            else:
                delattr(cls, name)
        else:
            if isinstance(default, (list, dict, set)):
                raise ValueError(f"mutable default {type(default)} for field {name} is not allowed: use default_factory")
            one = Field(default, MISSING, True, True, True, kw_only, None)
        one.name = name
        one.type = kind
        found[name] = one
    cls.__dataclass_fields__ = found
    all_fields = list(found.values())
    taken = [one for one in all_fields if one.init and not one.kw_only]
    named = [one for one in all_fields if one.init and one.kw_only]
    seen_default = None
    for one in taken:
        if one.default is not MISSING or one.default_factory is not MISSING:
            seen_default = one.name
        elif seen_default is not None:
            raise TypeError(f"non-default argument {one.name!r} follows default argument")
    title = cls.__qualname__

    def __init__(self, *args, **kwargs):
        if len(args) > len(taken):
            least = sum(1 for one in taken if one.default is MISSING and one.default_factory is MISSING)
            takes = str(len(taken) + 1) if least == len(taken) else f"from {least + 1} to {len(taken) + 1}"
            raise TypeError(f"{title}.__init__() takes {takes} positional arguments but {len(args) + 1} were given")
        values = {}
        for one, value in zip(taken, args):
            values[one.name] = value
        for name, value in kwargs.items():
            if name in values:
                raise TypeError(f"{title}.__init__() got multiple values for argument {name!r}")
            if name not in found or not found[name].init:
                raise TypeError(f"{title}.__init__() got an unexpected keyword argument {name!r}")
            values[name] = value
        missing = [repr(one.name) for one in taken + named if one.name not in values and one.default is MISSING and one.default_factory is MISSING]
        if missing:
            names = missing[0] if len(missing) == 1 else ", ".join(missing[:-1]) + (" and " if len(missing) == 2 else ", and ") + missing[-1]
            plural = "" if len(missing) == 1 else "s"
            raise TypeError(f"{title}.__init__() missing {len(missing)} required positional argument{plural}: {names}")
        for one in all_fields:
            if one.name in values:
                value = values[one.name]
            elif one.default_factory is not MISSING:
                value = one.default_factory()
            elif one.default is not MISSING:
                value = one.default
            else:
                continue
            object.__setattr__(self, one.name, value)
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    def __repr__(self):
        shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in all_fields if one.repr)
        return f"{type(self).__qualname__}({shown})"

    def key(self):
        return tuple([getattr(self, one.name) for one in all_fields if one.compare])

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return key(self) == key(other)

    def refuse_set(self, name, value):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def refuse_delete(self, name):
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def compares(test):
        def method(self, other):
            if type(other) is not type(self):
                return NotImplemented
            return test(key(self), key(other))
        return method

    if init and "__init__" not in own:
        cls.__init__ = __init__
    if make_repr and "__repr__" not in own:
        cls.__repr__ = __repr__
    if eq and "__eq__" not in own:
        cls.__eq__ = __eq__
    if order:
        cls.__lt__ = compares(lambda a, b: a < b)
        cls.__le__ = compares(lambda a, b: a <= b)
        cls.__gt__ = compares(lambda a, b: a > b)
        cls.__ge__ = compares(lambda a, b: a >= b)
    if frozen:
        cls.__setattr__ = refuse_set
        cls.__delattr__ = refuse_delete
    if (frozen or unsafe_hash) and "__hash__" not in own:
        cls.__hash__ = lambda self: hash(key(self))
    cls.__match_args__ = tuple([one.name for one in taken])
    return cls


def fields(thing):
    return tuple(thing.__dataclass_fields__.values())


def is_dataclass(thing):
    return hasattr(thing, "__dataclass_fields__")


def asdict(thing):
    return {one.name: _plain(getattr(thing, one.name), asdict) for one in fields(thing)}


def astuple(thing):
    return tuple([_plain(getattr(thing, one.name), astuple) for one in fields(thing)])


def _plain(value, convert):
    if is_dataclass(value) and not isinstance(value, type):
        return convert(value)
    if type(value) is list:
        return [_plain(item, convert) for item in value]
    if type(value) is tuple:
        return tuple([_plain(item, convert) for item in value])
    if type(value) is dict:
        return {key: _plain(item, convert) for key, item in value.items()}
    return value


def replace(thing, **changes):
    values = {one.name: getattr(thing, one.name) for one in fields(thing) if one.init}
    values.update(changes)
    return type(thing)(**values)
