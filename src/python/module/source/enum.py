class auto:
    __automatic__ = True


class EnumMeta(type):
    pass


class Enum:
    __enumeration__ = True

    def __repr__(self):
        return f"<{type(self).__name__}.{self.name}: {self.value!r}>"

    def __str__(self):
        return f"{type(self).__name__}.{self.name}"

    def __format__(self, spec):
        return format(str(self), spec)

    def __hash__(self):
        return hash(self._name_)

    def __eq__(self, other):
        return self is other


class IntEnum(int, Enum):
    def __str__(self):
        return str(self.value)

    def __format__(self, spec):
        return format(self.value, spec)

    def __eq__(self, other):
        return self.value == (other.value if isinstance(other, Enum) else other)

    def __hash__(self):
        return hash(self.value)


class StrEnum(str, Enum):
    def __str__(self):
        return self.value

    def __format__(self, spec):
        return format(self.value, spec)

    def __eq__(self, other):
        return self.value == (other.value if isinstance(other, Enum) else other)

    def __hash__(self):
        return hash(self.value)


Flag = Enum
IntFlag = IntEnum


def unique(cls):
    return cls
