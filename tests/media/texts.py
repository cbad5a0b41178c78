"""Descriptions as an enemy or a bad line would change them: a strategy for every parser of text."""

from hypothesis import strategies as st


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """`text` with a few of its lines cut, doubled, moved or written over."""
    rows = text.split("\r\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(rows) - 1))
        row = rows[at]
        cut = draw(st.integers(0, len(row)))
        other = draw(st.sampled_from(rows))
        ways = [row[:cut], row[cut:], row + row, "", other, f"{row}\r\n{other}"]
        rows[at] = draw(st.sampled_from([*ways, row[:cut] + draw(st.text(max_size=8)) + row[cut:]]))
    return "\r\n".join(rows)
