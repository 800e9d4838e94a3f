class _Form:
    def __init__(self, name):
        self._name = name

    def __getitem__(self, key):
        return self

    def __call__(self, *args, **kwargs):
        return args[0] if args else None

    def __or__(self, other):
        return self

    def __ror__(self, other):
        return self

    def __repr__(self):
        return "typing." + self._name


Any = _Form("Any")
Optional = _Form("Optional")
Union = _Form("Union")
List = list
Dict = dict
Tuple = tuple
Set = set
FrozenSet = frozenset
Type = type
Callable = _Form("Callable")
Iterable = _Form("Iterable")
Iterator = _Form("Iterator")
Generator = _Form("Generator")
Sequence = _Form("Sequence")
Mapping = _Form("Mapping")
MutableMapping = _Form("MutableMapping")
Literal = _Form("Literal")
Final = _Form("Final")
ClassVar = _Form("ClassVar")
Annotated = _Form("Annotated")
Self = _Form("Self")
NoReturn = _Form("NoReturn")
Hashable = _Form("Hashable")
Sized = _Form("Sized")
Text = str
TYPE_CHECKING = False


class Generic:
    @classmethod
    def __class_getitem__(cls, key):
        return cls


class Protocol:
    @classmethod
    def __class_getitem__(cls, key):
        return cls


class TypedDict(dict):
    pass


def TypeVar(name, *args, **kwargs):
    return _Form(name)


def NewType(name, kind):
    return lambda value: value


def cast(kind, value):
    return value


def overload(function):
    return function


def final(thing):
    return thing


def runtime_checkable(thing):
    return thing


class NamedTuple(tuple):
    def __init_subclass__(cls, **kwargs):
        from collections import namedtuple
        names = list(cls.__annotations__)
        defaults = [cls.__dict__[name] for name in names if name in cls.__dict__]
        made = namedtuple(cls.__name__, names, defaults=defaults)
        for name, value in made.__dict__.items():
            if name not in ("__qualname__",) and (name not in cls.__dict__ or name in names):
                setattr(cls, name, value)
