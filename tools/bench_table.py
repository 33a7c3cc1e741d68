"""The table of ./x bench.

    bench_table.py ROWS                                  prints the rows as Markdown
    bench_table.py ROWS BENCHMARKS.md MACHINE VERSIONS   puts them into the document

ROWS has one row a line, cells parted by tabs: name, what, osler, peer, ratio, bar, when. In the document a
row replaces that of the same name; a new one goes to the end of the table.
"""
import pathlib
import sys

HEAD = ["row", "what", "osler", "peer", "ratio", "bar", "met", "measured"]


def busy(when):
    """Whether other work took part, so that the row proves nothing."""
    load = when.rpartition("load ")[2]
    return load == "unknown" or float(load) > 0.3


def cells(line):
    name, what, osler, peer, ratio, bar, when = line.split("\t")
    met = "" if bar == "-" else "not judged" if busy(when) else "yes" if float(ratio) >= float(bar) else "no"
    return [name, what, osler, peer, ratio, "" if bar == "-" else f"≥ {bar}", met, when]


def markdown(row):
    return "| " + " | ".join(row) + " |"


def updated(document, rows, facts):
    lines = document.splitlines()
    for label, fact in facts.items():
        place = next(i for i, line in enumerate(lines) if line.startswith(f"- {label}: "))
        lines[place] = f"- {label}: {fact}"
    for row in rows:
        same = [i for i, line in enumerate(lines) if line.startswith(f"| {row[0]} |")]
        if same:
            lines[same[0]] = markdown(row)
            continue
        head = lines.index(markdown(HEAD))
        end = next(i for i in range(head, len(lines)) if not lines[i].startswith("|"))
        lines.insert(end, markdown(row))
    return "\n".join(lines) + "\n"


def main():
    rows = [cells(line) for line in pathlib.Path(sys.argv[1]).read_text().splitlines()]
    if len(sys.argv) == 2:
        print("\n".join(map(markdown, [HEAD, ["---"] * len(HEAD), *rows])) if rows else "no comparison was run")
        return
    path = pathlib.Path(sys.argv[2])
    facts = {"Machine": sys.argv[3], "Versions": sys.argv[4]}
    path.write_text(updated(path.read_text(), rows, facts))


if __name__ == "__main__":
    main()
