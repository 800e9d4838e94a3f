ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = "0123456789abcdefABCDEF"
octdigits = "01234567"
punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
whitespace = " \t\n\r\x0b\x0c"
printable = digits + ascii_letters + punctuation + whitespace


def capwords(text, sep=None):
    return (sep or " ").join(word.capitalize() for word in text.split(sep))


class Template:
    def __init__(self, template):
        self.template = template

    def substitute(self, mapping=None, **kwargs):
        names = {**(mapping or {}), **kwargs}
        out, rest = "", self.template
        while "$" in rest:
            before, _, rest = rest.partition("$")
            out += before
            if rest.startswith("$"):
                out, rest = out + "$", rest[1:]
                continue
            if rest.startswith("{"):
                name, _, rest = rest[1:].partition("}")
            else:
                end = 0
                while end < len(rest) and (rest[end].isalnum() or rest[end] == "_"):
                    end += 1
                name, rest = rest[:end], rest[end:]
            out += str(names[name])
        return out + rest
