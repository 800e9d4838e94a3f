"""Writes CPython's output below each program of a file of cases: python3 record.py data/core.txt ..."""
import contextlib, io, sys


def run(program):
    out = io.StringIO()
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(program, "<program>", "exec"), names)
        except SystemExit:
            pass
        except BaseException as error:
            text = str(error) if not isinstance(error, SyntaxError) else ""
            print(f"{type(error).__name__}: {text}" if text else type(error).__name__)
    return out.getvalue()


for path in sys.argv[1:]:
    with open(path) as file:
        blocks = file.read().split(">>>\n")[1:]
    with open(path, "w") as file:
        for block in blocks:
            program = block.split("---\n")[0]
            file.write(">>>\n" + program + "---\n" + run(program))
