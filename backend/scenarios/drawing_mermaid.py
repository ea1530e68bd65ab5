"""The graph of a guide as Mermaid text, for documents and reviews. Pure."""

from backend.scenarios.drawing import Graph

SHAPES = {"question": ('["', '"]'), "item": ('(["', '"])'), "advice": ('>"', '"]')}


def mermaid_of(graph: Graph) -> str:
    names = {node.id: f"n{at}" for at, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node in graph.nodes:
        opens, closes = SHAPES[node.kind]
        text = f"{node.number}. {node.text}" if node.number else node.text
        lines.append(f"  {names[node.id]}{opens}{_quoted(text)}{closes}:::{node.kind}")
    for edge in graph.edges:
        arrow = "-.->" if edge.loose else "-->"
        lines.append(f'  {names[edge.source]} {arrow}|"{_quoted(edge.label)}"| {names[edge.target]}')
    lines += [
        "  classDef question fill:#FFFFFF,stroke:#0A558C,color:#17212B",
        "  classDef item fill:#E8F5EE,stroke:#17693F,color:#17212B",
        "  classDef advice fill:#FFF3DA,stroke:#7A4B00,color:#17212B",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Mermaid reads entities inside quotes; nothing else may break out of them."""
    codes = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "\n": " ", "\r": " ", "`": "#96;"}
    return "".join(codes.get(letter, letter) for letter in text)
