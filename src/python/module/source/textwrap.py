def dedent(text):
    lines = text.split("\n")
    margin = None
    for line in lines:
        if line.strip():
            indent = len(line) - len(line.lstrip())
            margin = indent if margin is None else min(margin, indent)
    margin = margin or 0
    return "\n".join(line[margin:] if line.strip() else "" for line in lines)


def indent(text, prefix, predicate=None):
    lines = text.splitlines(True)
    return "".join(prefix + line if (predicate(line) if predicate else line.strip()) else line for line in lines)


def wrap(text, width=70, **kwargs):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return lines + [line] if line else lines


def fill(text, width=70, **kwargs):
    return "\n".join(wrap(text, width))


def shorten(text, width, placeholder=" [...]"):
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    words, line = text.split(), ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if len(longer) + len(placeholder) > width:
            break
        line = longer
    return line + placeholder
