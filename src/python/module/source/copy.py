def copy(value):
    if isinstance(value, (int, float, str, bytes, tuple, frozenset, type(None), range)) and type(value) in (int, float, bool, str, bytes, tuple, frozenset, type(None), range):
        return value
    if type(value) in (list, dict, set):
        return value.copy()
    if hasattr(value, "__copy__"):
        return value.__copy__()
    if hasattr(value, "__dict__") and not isinstance(value, type):
        return _rebuild(value, vars(value))
    return value.copy() if hasattr(value, "copy") else value


def deepcopy(value, memo=None):
    kind = type(value)
    if kind is list:
        return [deepcopy(item) for item in value]
    if kind is tuple:
        return tuple([deepcopy(item) for item in value])
    if kind is dict:
        return {deepcopy(key): deepcopy(item) for key, item in value.items()}
    if kind is set:
        return {deepcopy(item) for item in value}
    if hasattr(value, "__deepcopy__"):
        return value.__deepcopy__(memo)
    if callable(value) or isinstance(value, (int, float, str, bytes, type)):
        return value
    if hasattr(value, "__dict__"):
        return _rebuild(value, {name: deepcopy(item) for name, item in vars(value).items()})
    return value


def _rebuild(value, names):
    kind = type(value)
    if isinstance(value, dict):
        made = kind.__new__(kind)
        dict.update(made, value)
    elif isinstance(value, list):
        made = kind.__new__(kind)
        made.extend(value)
    else:
        made = kind.__new__(kind)
    for name, item in names.items():
        object.__setattr__(made, name, item)
    return made
