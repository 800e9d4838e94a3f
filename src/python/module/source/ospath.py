sep = "/"


def join(first, *rest):
    path = first
    for part in rest:
        if part.startswith("/"):
            path = part
        elif not path or path.endswith("/"):
            path += part
        else:
            path += "/" + part
    return path


def basename(path):
    return path[path.rfind("/") + 1:]


def dirname(path):
    head = path[:path.rfind("/") + 1]
    return head.rstrip("/") or head


def split(path):
    return dirname(path), basename(path)


def splitext(path):
    name = basename(path)
    dot = name.rfind(".")
    if dot <= 0:
        return path, ""
    return path[:len(path) - len(name) + dot], name[dot:]


def isabs(path):
    return path.startswith("/")


def normpath(path):
    parts = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if path.startswith("/") else "") + "/".join(parts) or "."


def abspath(path):
    return normpath(path if path.startswith("/") else "/" + path)


def expanduser(path):
    return path
