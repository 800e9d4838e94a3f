import _tidemark


class UUID:
    def __init__(self, hex=None, *, int=None):
        if hex is not None:
            text = hex.replace("-", "").replace("{", "").replace("}", "")
            if len(text) != 32:
                raise ValueError("badly formed hexadecimal UUID string")
            self.int = _int(text, 16)
        else:
            self.int = int

    @property
    def hex(self):
        return f"{self.int:032x}"

    def __str__(self):
        text = self.hex
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def __repr__(self):
        return f"UUID('{self}')"

    def __eq__(self, other):
        return isinstance(other, UUID) and self.int == other.int

    def __hash__(self):
        return hash(self.int)

    def __lt__(self, other):
        return self.int < other.int


_int = int


def uuid4():
    number = (_tidemark.random() << 64) | _tidemark.random()
    number = number & ~(0xf000 << 64) | (4 << 76)
    number = number & ~(0xc000 << 48) | (0x8000 << 48)
    return UUID(int=number)


uuid1 = uuid4
